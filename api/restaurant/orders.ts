import { Router, type Request, type Response } from 'express';
import { askAgentOldQuery, decisionBody, decisionOldQuery, ordersQuery } from '../../contracts/orders';
import type { OrderPolicy } from '../../contracts/workflow';
import type { Temporal } from '../../lib/temporal/connection';
import type { Database } from '../../prisma/restaurant/client';
import { findOrderGroup, listOrderGroups } from '../../prisma/restaurant/orders';
import { callerOf, only } from '../http/access';
import { accepted } from '../http/answers';
import { nextCursor, readCursor } from '../http/cursor';
import { knownId, optionalId, readBody, readQuery } from '../http/input';
import { notFound } from '../http/problems';
import { sendOrderCommand } from '../order-commands';
import { placementRoute } from '../placement';
import { askForAgent } from './ask-agent';
import { own, requireOwnOrder, requireOwnPart, seenBy } from './own-orders';
import { shownGroup } from './order-view';

export interface OrdersDeps {
  db: Database;
  temporal: Temporal;
  policy: OrderPolicy;
}

/** The orders: which there are, what the restaurant decides, and an agent for those that have none. */
export function orderRoutes(deps: OrdersDeps): Router {
  return Router()
    .get('/orders', only('customer', 'restaurant', 'service'), (req, res) => list(deps, req, res))
    .post(
      '/orders',
      only('customer', 'service'),
      placementRoute(deps, (id) => `/orders?order_id=${id}`),
    )
    .post('/orders/:order_id/agent', only('restaurant'), (req, res) => askAgent(deps, req.params.order_id, req, res))
    .post('/assign-agent', only('restaurant'), (req, res) =>
      askAgent(deps, readQuery(askAgentOldQuery, req).order_id, req, res),
    )
    .post('/orders/:order_id/decision', only('restaurant'), (req, res) => decide(deps, req.params.order_id, req, res))
    .post('/change-order-status', only('restaurant'), (req, res) =>
      decide(deps, readQuery(decisionOldQuery, req).order_id, req, res),
    );
}

const orderUnknown = 'Order not found';
const restaurantUnknown = 'The order has no part of this restaurant.';
const noneMatches = 'No order matches';

async function list({ db }: OrdersDeps, req: Request, res: Response): Promise<void> {
  const { order_id, user_id, restaurant_id, status, limit, cursor } = readQuery(ordersQuery, req);
  const after = readCursor(cursor);
  const caller = callerOf(req);
  const asked = {
    orderId: optionalId(order_id, noneMatches),
    userId: optionalId(user_id, noneMatches),
    restaurantId: optionalId(restaurant_id, noneMatches),
    status,
  };
  const filter = own(caller, asked);
  const groups = filter ? await listOrderGroups(db, filter, limit, after) : [];
  if (groups.length === 0 && !after) throw notFound(noneMatches);
  const next_cursor = nextCursor(groups, limit, (group) => ({ at: group.placedAt, id: group.orderId }));
  res.json({
    status: true,
    message: 'Orders, newest first',
    data: groups.map((group) => shownGroup(seenBy(caller, group))),
    next_cursor,
  });
}

async function decide({ db, temporal }: OrdersDeps, id: unknown, req: Request, res: Response): Promise<void> {
  const { status, restaurant_id, reason } = readBody(decisionBody, req);
  const orderId = knownId(id, orderUnknown);
  const restaurantId = optionalId(restaurant_id, restaurantUnknown);
  const caller = callerOf(req);
  await requireOwnPart(db, caller, orderId, restaurantId);
  const sent = await sendOrderCommand(temporal, {
    orderId,
    command: { kind: 'decide', status, restaurant_id: restaurantId, reason },
    ownFacts: async () => {
      const group = await findOrderGroup(db, orderId);
      const parts = Object.fromEntries(group?.orders.map((part) => [part.restaurantId, part.status]) ?? []);
      return group && { status: group.status, delivery: null, parts };
    },
  });
  if (sent === 'held') return accepted(res);
  const group = await findOrderGroup(db, orderId);
  const what = restaurantId ? "The restaurant's part" : 'The order';
  res.json({ status: true, message: `${what} is ${status}`, data: group && shownGroup(seenBy(caller, group)) });
}

async function askAgent(deps: OrdersDeps, id: unknown, req: Request, res: Response): Promise<void> {
  const orderId = knownId(id, orderUnknown);
  await requireOwnOrder(deps.db, callerOf(req), orderId);
  const asked = await askForAgent(deps, orderId);
  if (asked === 'held') accepted(res);
  else res.json({ status: true, message: 'An agent has been asked for', data: { order_id: orderId } });
}
