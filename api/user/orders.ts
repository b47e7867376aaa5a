import { Router, type Request, type Response } from 'express';
import type { OrderSummary } from '../../contracts/answers/orders';
import { cancelBody, historyQuery } from '../../contracts/orders';
import type { OrderPolicy } from '../../contracts/workflow';
import type { Temporal } from '../../lib/temporal/connection';
import type { Database } from '../../prisma/user/client';
import { findOrder, listOrders, type StoredOrder } from '../../prisma/user/orders';
import type { Caller } from '../../contracts/access';
import { callerOf, isAnothers, only, requireOwnUser } from '../http/access';
import { accepted } from '../http/answers';
import { nextCursor, readCursor } from '../http/cursor';
import { knownId, readBody, readQuery } from '../http/input';
import { notFound } from '../http/problems';
import { sendOrderCommand } from '../order-commands';
import { placementRoute } from '../placement';
import { heldOrderPage, orderPage } from './order-page';
import type { Services } from './services';

export interface OrderDeps {
  db: Database;
  temporal: Temporal;
  services: Services;
  policy: OrderPolicy;
}

const unknownOrder = 'Order not found';

export function orderRoutes(deps: OrderDeps): Router {
  const router = Router();
  router.post(
    ['/orders', '/place-order'],
    only('customer', 'service'),
    placementRoute(deps, (id) => `/orders/${id}`),
  );
  router.get('/orders/:order_id', only('customer', 'service'), (req, res) => show(deps, req, res));
  router.get('/users/:user_id/orders', only('customer', 'service'), (req, res) => history(deps, req, res));
  router.post('/orders/:order_id/cancel', only('customer'), (req, res) => cancel(deps, req, res));
  return router;
}

async function show(deps: OrderDeps, req: Request, res: Response): Promise<void> {
  const orderId = knownId(req.params.order_id, unknownOrder);
  const record = await findOrder(deps.db, orderId);
  const page = record ? await orderPage(deps, record) : await heldOrderPage(deps, orderId);
  if (!page || isAnothers(callerOf(req), page.user_id)) throw notFound(unknownOrder);
  res.json(page);
}

async function history({ db }: OrderDeps, req: Request, res: Response): Promise<void> {
  const userId = knownId(req.params.user_id, 'User not found');
  requireOwnUser(callerOf(req), userId);
  const { limit, cursor } = readQuery(historyQuery, req);
  const orders = await listOrders(db, { userId, limit, after: readCursor(cursor) });
  const next_cursor = nextCursor(orders, limit, (order) => ({ at: order.placedAt, id: order.orderId }));
  const data = { count: orders.length, orders: orders.map(summary), next_cursor };
  res.json({ success: true, message: 'Orders, newest first', data });
}

const summary = (order: StoredOrder): OrderSummary => ({
  order_id: order.orderId,
  placed_at: order.placedAt.toISOString(),
  status: order.status,
  delivered: order.delivered,
  total: order.total === null ? null : order.total.toNumber(),
  reason: order.reason,
  rating: order.rating && { order_rating: order.rating.orderRating, agent_rating: order.rating.agentRating },
});

async function cancel(deps: OrderDeps, req: Request, res: Response): Promise<void> {
  const { db, temporal } = deps;
  const orderId = knownId(req.params.order_id, unknownOrder);
  const { reason } = readBody(cancelBody, req);
  await requireOwnOrder(deps, callerOf(req), orderId);
  const sent = await sendOrderCommand(temporal, {
    orderId,
    command: { kind: 'cancel', reason },
    ownFacts: async () => {
      const record = await findOrder(db, orderId);
      return record && { status: record.status, delivery: record.delivered ? 'DELIVERED' : null };
    },
  });
  if (sent === 'held') accepted(res);
  else res.json({ success: true, message: 'Order cancelled', data: { order_id: orderId, status: 'CANCELLED' } });
}

/** Throws 404 when the order is another customer's, as when there is none. One that Temporal alone holds as yet is its customer's too. */
async function requireOwnOrder(deps: OrderDeps, caller: Caller, orderId: string): Promise<void> {
  if (caller.role !== 'customer') return;
  const known = (await findOrder(deps.db, orderId))?.userId ?? (await heldOrderPage(deps, orderId))?.user_id ?? null;
  if (isAnothers(caller, known)) throw notFound(unknownOrder);
}
