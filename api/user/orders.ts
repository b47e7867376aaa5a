import { Router, type Request, type Response } from 'express';
import { cancelBody, historyQuery } from '../../contracts/orders';
import type { OrderPolicy } from '../../contracts/workflow';
import type { Temporal } from '../../lib/temporal/connection';
import type { Database } from '../../prisma/user/client';
import { findOrder, listOrders, type StoredOrder } from '../../prisma/user/orders';
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
    placementRoute(deps, (id) => `/orders/${id}`),
  );
  router.get('/orders/:order_id', (req, res) => show(deps, req, res));
  router.get('/users/:user_id/orders', (req, res) => history(deps, req, res));
  router.post('/orders/:order_id/cancel', (req, res) => cancel(deps, req, res));
  return router;
}

async function show(deps: OrderDeps, req: Request, res: Response): Promise<void> {
  const orderId = knownId(req.params.order_id, unknownOrder);
  const record = await findOrder(deps.db, orderId);
  const page = record ? await orderPage(deps, record) : await heldOrderPage(deps, orderId);
  if (!page) throw notFound(unknownOrder);
  res.json(page);
}

async function history({ db }: OrderDeps, req: Request, res: Response): Promise<void> {
  const userId = knownId(req.params.user_id, 'User not found');
  const { limit, cursor } = readQuery(historyQuery, req);
  const orders = await listOrders(db, { userId, limit, after: readCursor(cursor) });
  const next_cursor = nextCursor(orders, limit, (order) => ({ at: order.placedAt, id: order.orderId }));
  const data = { count: orders.length, orders: orders.map(summary), next_cursor };
  res.json({ success: true, message: 'Orders, newest first', data });
}

const summary = (order: StoredOrder): object => ({
  order_id: order.orderId,
  placed_at: order.placedAt.toISOString(),
  status: order.status,
  delivered: order.delivered,
  total: order.total === null ? null : order.total.toNumber(),
  reason: order.reason,
  rating: order.rating && { order_rating: order.rating.orderRating, agent_rating: order.rating.agentRating },
});

async function cancel({ db, temporal }: OrderDeps, req: Request, res: Response): Promise<void> {
  const orderId = knownId(req.params.order_id, unknownOrder);
  const { reason } = readBody(cancelBody, req);
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
