import { Router, type Request, type Response } from 'express';
import {
  declineBody,
  deliveriesQuery,
  deliveryOldQuery,
  moveDeliveryBody,
  moveDeliveryOldBody,
} from '../../contracts/delivery';
import type { Delivery } from '../../contracts/answers/deliveries';
import type { DeliveryMove } from '../../contracts/states';
import type { Temporal } from '../../lib/temporal/connection';
import { agentExists } from '../../prisma/delivery/agents';
import { findDelivery, hasDeclined } from '../../prisma/delivery/assignments';
import type { Database } from '../../prisma/delivery/client';
import { listDeliveries, type ListedDelivery } from '../../prisma/delivery/deliveries';
import type { OrderFacts } from '../../workflows/rules';
import type { Caller } from '../../contracts/access';
import { callerOf, only } from '../http/access';
import { accepted } from '../http/answers';
import { nextCursor, readCursor } from '../http/cursor';
import { knownId, optionalId, readBody, readQuery } from '../http/input';
import { notFound, unprocessable } from '../http/problems';
import { sendOrderCommand } from '../order-commands';

export interface DeliveriesDeps {
  db: Database;
  temporal: Temporal;
}

/** The deliveries: a courier's jobs, one order's state, and its next step. */
export function deliveryRoutes(deps: DeliveriesDeps): Router {
  const { db } = deps;
  return Router()
    .get('/deliveries', only('courier'), async (req, res) => {
      const { agent_id, status, limit, cursor } = readQuery(deliveriesQuery, req);
      const after = readCursor(cursor);
      const agentId = ownAgentId(callerOf(req), optionalId(agent_id, agentUnknown));
      if (agentId !== undefined && !(await agentExists(db, agentId))) throw notFound(agentUnknown);
      const rows = await listDeliveries(db, { agentId, status }, limit, after);
      const next_cursor = nextCursor(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
      const data = { count: rows.length, deliveries: rows.map(shown), next_cursor };
      res.json({ success: true, message: 'Deliveries, newest first', data });
    })
    .get('/deliveries/:order_id', only('courier', 'service'), (req, res) => show(deps, req.params.order_id, req, res))
    .get('/get-delivery-status', only('courier', 'service'), (req, res) =>
      show(deps, readQuery(deliveryOldQuery, req).order_id, req, res),
    )
    .patch('/deliveries/:order_id', only('courier'), (req, res) => {
      const orderId = knownId(req.params.order_id, orderUnknown);
      const { order_id, status } = readBody(moveDeliveryBody, req);
      if (order_id !== undefined && order_id.toLowerCase() !== orderId) {
        throw unprocessable('The body names another order than the path', [
          { path: 'order_id', message: 'differs from the path' },
        ]);
      }
      return move(deps, orderId, status, req, res);
    })
    .post('/deliveries/:order_id/decline', only('courier'), (req, res) => decline(deps, req, res))
    .patch('/update-dilvery-status', only('courier'), (req, res) => {
      const { order_id, status } = readBody(moveDeliveryOldBody, req);
      return move(deps, knownId(order_id, orderUnknown), status, req, res);
    });
}

const orderUnknown = 'Order not found';
const agentUnknown = 'Agent not found';

/** A courier is told the same of others' jobs as of those that there are not. */
const isTheirs = (caller: Caller, agentId: string): boolean => caller.role !== 'courier' || caller.agent_id === agentId;

/** The agent that is named, or the courier who asks. Throws 404 when a courier names another. */
function ownAgentId(caller: Caller, named: string | undefined): string | undefined {
  if (named !== undefined && !isTheirs(caller, named)) throw notFound(agentUnknown);
  return caller.role === 'courier' ? caller.agent_id : named;
}

/** Throws 404 when the job is not the courier's who asks, as when there is none; `orDeclined`: nor one that they have handed back. */
async function requireOwnJob(
  db: Database,
  caller: Caller,
  orderId: string,
  { orDeclined = false } = {},
): Promise<void> {
  if (caller.role !== 'courier') return;
  const delivery = await findDelivery(db, orderId);
  if (delivery?.agent?.id === caller.agent_id) return;
  if (!orDeclined || !(await hasDeclined(db, orderId, caller.agent_id))) throw notFound(orderUnknown);
}

async function show({ db }: DeliveriesDeps, orderId: unknown, req: Request, res: Response): Promise<void> {
  const delivery = await findDelivery(db, knownId(orderId, orderUnknown));
  if (!delivery?.agent || !isTheirs(callerOf(req), delivery.agent.id))
    throw notFound('No agent has been assigned to this order');
  const { status, agent } = delivery;
  res.json({ success: true, message: 'Delivery found', data: { status, agent_id: agent.id, agent_name: agent.name } });
}

async function move(
  { db, temporal }: DeliveriesDeps,
  orderId: string,
  status: DeliveryMove,
  req: Request,
  res: Response,
): Promise<void> {
  await requireOwnJob(db, callerOf(req), orderId);
  const command = { kind: 'moveDelivery', status } as const;
  const sent = await sendOrderCommand(temporal, { orderId, command, ownFacts: () => factsOf(db, orderId) });
  if (sent === 'held') accepted(res);
  else res.json({ success: true, message: `The delivery is ${status}` });
}

async function decline({ db, temporal }: DeliveriesDeps, req: Request, res: Response): Promise<void> {
  const orderId = knownId(req.params.order_id, orderUnknown);
  const { agent_id, reason } = readBody(declineBody, req);
  const caller = callerOf(req);
  const agentId = ownAgentId(caller, optionalId(agent_id, agentUnknown));
  await requireOwnJob(db, caller, orderId, { orDeclined: true });
  const command = { kind: 'decline', agent_id: agentId, reason } as const;
  const sent = await sendOrderCommand(temporal, { orderId, command, ownFacts: () => factsOf(db, orderId) });
  if (sent === 'held') accepted(res);
  else res.json({ success: true, message: 'The job is handed back; the order gets another agent' });
}

/** An order asks for an agent once it is confirmed, so whoever has a row here is, unless the row is cancelled. */
async function factsOf(db: Database, orderId: string): Promise<OrderFacts | null> {
  const delivery = await findDelivery(db, orderId);
  if (!delivery) return null;
  const { status, agent } = delivery;
  return { status: status === 'CANCELLED' ? 'CANCELLED' : 'CONFIRMED', delivery: agent ? status : null };
}

const shown = (row: ListedDelivery): Delivery => ({
  order_id: row.orderId,
  status: row.status,
  agent_id: row.agentId,
  agent_name: row.agent?.name ?? null,
  requested_at: row.requestedAt.toISOString(),
  assigned_at: row.assignedAt?.toISOString() ?? null,
  picked_up_at: row.pickedUpAt?.toISOString() ?? null,
  completed_at: row.completedAt?.toISOString() ?? null,
  agent_rating: row.agentRating,
});
