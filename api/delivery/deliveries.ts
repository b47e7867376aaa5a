import type { Caller } from '../../contracts/access';
import { done } from '../../contracts/answers/common';
import { deliveries, deliveryFound, type Delivery } from '../../contracts/answers/deliveries';
import { declineBody, deliveriesQuery, moveDeliveryBody, moveDeliveryOldBody } from '../../contracts/delivery';
import { nextCursor } from '../../contracts/values';
import { findAgent } from '../../prisma/delivery/agents';
import { findDelivery, hasDeclined, listDeliveries, type ListedDelivery } from '../../prisma/delivery/assignments';
import type { Database } from '../../prisma/delivery/client';
import type { OrderFacts } from '../../workflows/order/state';
import { accepted, withSuccess } from '../answers';
import { isRefusal, mismatch, refuse, type Refusal } from '../http/refusals';
import { answer, body, route } from '../http/route';
import { exampleDelivery, exampleIds } from '../openapi/examples';
import { authorOf, sendOrderCommand } from '../order-commands';
import type { DeliveryDeps } from './deps';

const params = { order_id: { unknown: 'Order not found', example: exampleIds.order } };

const listJobs = route({
  method: 'GET',
  path: '/deliveries',
  id: 'listDeliveries',
  summary: "Lists a courier's jobs, newest first",
  description: 'A courier sees only their own; an operator sees all.',
  roles: ['courier'],
  query: deliveriesQuery,
  answers: {
    200: answer(
      'A page of deliveries.',
      deliveries,
      withSuccess('Deliveries, newest first', { count: 1, deliveries: [exampleDelivery], next_cursor: null }),
    ),
  },
  refusals: { NOT_FOUND: 'The agent is unknown, or another courier.' },
  async handle({ db }: DeliveryDeps, { query: { agent_id, status, limit, cursor }, caller, answer }) {
    const agentId = ownAgentId(caller, agent_id);
    if (isRefusal(agentId)) return agentId;
    if (agentId !== undefined && !(await findAgent(db, agentId))) return refuse('NOT_FOUND', 'Agent not found');
    const rows = await listDeliveries(db, { agentId, status }, limit, cursor);
    const next_cursor = nextCursor(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
    const data = { count: rows.length, deliveries: rows.map(shown), next_cursor };
    return answer(200, withSuccess('Deliveries, newest first', data));
  },
});

const showDelivery = route({
  method: 'GET',
  path: '/deliveries/:order_id',
  oldName: { path: '/get-delivery-status', idsFrom: 'query' },
  id: 'getDelivery',
  summary: "Shows an order's delivery status and courier",
  roles: ['courier', 'service'],
  params,
  answers: {
    200: answer(
      'The delivery.',
      deliveryFound,
      withSuccess('Delivery found', { status: 'PENDING', agent_id: exampleIds.agent, agent_name: 'Asha' }),
    ),
  },
  refusals: { NOT_FOUND: "Unknown, without an agent yet, or another courier's." },
  async handle({ db }: DeliveryDeps, { params, caller, answer }) {
    const delivery = await findDelivery(db, params.order_id);
    if (!delivery?.agent || !isTheirs(caller, delivery.agent.id))
      return refuse('NOT_FOUND', 'No agent has been assigned to this order');
    const { status, agent } = delivery;
    return answer(200, withSuccess('Delivery found', { status, agent_id: agent.id, agent_name: agent.name }));
  },
});

const moveDelivery = route({
  method: 'PATCH',
  path: '/deliveries/:order_id',
  oldName: {
    path: '/update-dilvery-status',
    idsFrom: 'body',
    body: body(moveDeliveryOldBody, { order_id: exampleIds.order, status: 'PICKED_UP' }),
  },
  id: 'moveDelivery',
  summary: 'Picks up, delivers, or cancels, which cancels the whole order',
  description: 'Repeating the present status is a no-op and succeeds.',
  roles: ['courier'],
  params,
  body: body(moveDeliveryBody, { status: 'PICKED_UP' }),
  answers: {
    200: answer('Done.', done, { success: true, message: 'The delivery is PICKED_UP' }),
    202: accepted,
  },
  refusals: {
    NOT_FOUND: "Unknown, or another courier's.",
    ILLEGAL_TRANSITION: 'The present status does not allow it.',
    NO_AGENT_YET: 'No agent is assigned yet.',
  },
  async handle({ db, temporal }: DeliveryDeps, { params: { order_id: orderId }, body, caller, answer }) {
    const { order_id, status } = body;
    if (order_id !== undefined && order_id.toLowerCase() !== orderId)
      return mismatch('The body names another order than the path', [
        { path: 'order_id', message: 'differs from the path' },
      ]);
    const refused = await refuseAnothersJob(db, caller, orderId);
    if (refused) return refused;
    const command = { kind: 'moveDelivery', status, by: authorOf(caller) } as const;
    const outcome = await sendOrderCommand(temporal, orderId, command, () => factsOf(db, orderId, caller));
    if (outcome !== 'done') return outcome;
    return answer(200, { success: true, message: `The delivery is ${status}` });
  },
});

const handedBack = { success: true as const, message: 'The job is handed back; the order gets another agent' };

const declineDelivery = route({
  method: 'POST',
  path: '/deliveries/:order_id/decline',
  id: 'declineDelivery',
  summary: 'Hands a job back before pick-up; another agent gets it',
  description: 'Without `agent_id` it is the agent who has the job.',
  roles: ['courier'],
  params,
  body: body(declineBody, { agent_id: exampleIds.agent, reason: 'A flat tyre' }),
  answers: {
    200: answer('Handed back.', done, handedBack),
    202: accepted,
  },
  refusals: {
    NOT_FOUND: "Unknown, or another courier's.",
    ILLEGAL_TRANSITION: "Picked up, over, or another agent's.",
    NO_AGENT_YET: 'No agent is assigned yet.',
  },
  async handle({ db, temporal }: DeliveryDeps, { params: { order_id: orderId }, body, caller, answer }) {
    const agentId = ownAgentId(caller, body.agent_id);
    if (isRefusal(agentId)) return agentId;
    const refused = await refuseAnothersJob(db, caller, orderId, { orDeclined: true });
    if (refused) return refused;
    const command = { kind: 'decline', agent_id: agentId, reason: body.reason, by: authorOf(caller) } as const;
    const outcome = await sendOrderCommand(temporal, orderId, command, () => factsOf(db, orderId, caller));
    if (outcome !== 'done') return outcome;
    return answer(200, handedBack);
  },
});

/** An order requests an agent once it is confirmed: one with a row here is CONFIRMED, or CANCELLED if the row is. */
async function factsOf(db: Database, orderId: string, caller: Caller): Promise<OrderFacts | null> {
  const delivery = await findDelivery(db, orderId);
  if (!delivery) return null;
  const { status, agent } = delivery;
  return {
    status: status === 'CANCELLED' ? 'CANCELLED' : 'CONFIRMED',
    delivery: agent ? status : null,
    agent: agent && { agent_id: agent.id },
    declinedBy: caller.role === 'courier' && (await hasDeclined(db, orderId, caller.agent_id)) ? [caller.agent_id] : [],
  };
}

const shown = (row: ListedDelivery): Delivery => ({
  order_id: row.orderId,
  status: row.status,
  agent_id: row.agentId,
  agent_name: row.agentName,
  requested_at: row.requestedAt.toISOString(),
  assigned_at: row.assignedAt?.toISOString() ?? null,
  picked_up_at: row.pickedUpAt?.toISOString() ?? null,
  completed_at: row.completedAt?.toISOString() ?? null,
  agent_rating: row.agentRating,
});

/** Another courier's job is refused like one that does not exist. */
const isTheirs = (caller: Caller, agentId: string): boolean => caller.role !== 'courier' || caller.agent_id === agentId;

/** The agent that is named, or the courier who calls; undefined where there is neither. A courier may name no other agent. */
function ownAgentId(caller: Caller, named: string | null | undefined): string | undefined | Refusal<'NOT_FOUND'> {
  if (named && !isTheirs(caller, named)) return refuse('NOT_FOUND', 'Agent not found');
  return caller.role === 'courier' ? caller.agent_id : (named ?? undefined);
}

/** @param orDeclined Whether a job that the courier has handed back counts as theirs. */
async function refuseAnothersJob(db: Database, caller: Caller, orderId: string, { orDeclined = false } = {}) {
  if (caller.role !== 'courier') return undefined;
  const delivery = await findDelivery(db, orderId);
  if (delivery?.agent?.id === caller.agent_id) return undefined;
  if (orDeclined && (await hasDeclined(db, orderId, caller.agent_id))) return undefined;
  return refuse('NOT_FOUND', 'Order not found');
}

export const deliveryRoutes = [listJobs, showDelivery, moveDelivery, declineDelivery];
