import { orderCancelled, orderHistory, orderPage as orderPageSchema } from '../../contracts/answers/orders';
import type { OrderSummary } from '../../contracts/answers/orders';
import { cancelBody, historyQuery } from '../../contracts/orders';
import { nextCursor } from '../../contracts/values';
import { findOrder, listOrders, type StoredOrder } from '../../prisma/user/orders';
import { accepted, withSuccess } from '../answers';
import { isAnothers, refuseAnothers } from '../http/access';
import { refuse } from '../http/refusals';
import { answer, body, route } from '../http/route';
import { exampleIds, exampleOrderPage, exampleOrderSummary } from '../openapi/examples';
import { authorOf, sendOrderCommand } from '../order-commands';
import { placementRoute } from '../placement';
import type { UserDeps } from './deps';
import { heldOrderPage, orderPage } from './order-page';

const unknownOrder = 'Order not found';
const params = { order_id: { unknown: unknownOrder, example: exampleIds.order } };

const placeOrder = placementRoute((orderId) => `/orders/${orderId}`, { path: '/place-order' });

const showOrder = route({
  method: 'GET',
  path: '/orders/:order_id',
  id: 'getOrder',
  summary: 'Shows everything about one order, its timeline included',
  description: 'A part whose service is unavailable is null, and named in `unavailable`.',
  roles: ['customer', 'service'],
  params,
  answers: { 200: answer('The order.', orderPageSchema, exampleOrderPage) },
  refusals: { NOT_FOUND: "Unknown, or another customer's." },
  async handle(deps: UserDeps, { params, caller, answer }) {
    const record = await findOrder(deps.db, params.order_id);
    if (record && isAnothers(caller, record.userId)) return refuse('NOT_FOUND', unknownOrder); // before three services are asked
    const page = record ? await orderPage(deps, record) : await heldOrderPage(deps, params.order_id);
    if (!page || isAnothers(caller, page.user_id)) return refuse('NOT_FOUND', unknownOrder);
    return answer(200, page);
  },
});

const listOrdersOfUser = route({
  method: 'GET',
  path: '/users/:user_id/orders',
  id: 'listOrdersOfUser',
  summary: "Lists a customer's orders, newest first",
  roles: ['customer', 'service'],
  params: { user_id: { unknown: 'User not found', example: exampleIds.user } },
  query: historyQuery,
  answers: {
    200: answer(
      'A page of orders.',
      orderHistory,
      withSuccess('Orders, newest first', { count: 1, orders: [exampleOrderSummary], next_cursor: null }),
    ),
  },
  async handle({ db }: UserDeps, { params: { user_id: userId }, query: { limit, cursor }, caller, answer }) {
    const refused = refuseAnothers(caller, userId);
    if (refused) return refused;
    const orders = await listOrders(db, userId, limit, cursor);
    const next_cursor = nextCursor(orders, limit, (order) => ({ at: order.placedAt, id: order.orderId }));
    const data = { count: orders.length, orders: orders.map(summary), next_cursor };
    return answer(200, withSuccess('Orders, newest first', data));
  },
});

const summary = (order: StoredOrder): OrderSummary => ({
  order_id: order.orderId,
  placed_at: order.placedAt.toISOString(),
  status: order.status,
  delivered: order.delivered,
  total: order.total === null ? null : order.total.toNumber(),
  reason: order.reason,
  rating: order.rating && { order_rating: order.rating.orderRating, agent_rating: order.rating.agentRating },
});

const cancelOrder = route({
  method: 'POST',
  path: '/orders/:order_id/cancel',
  id: 'cancelOrder',
  summary: 'Cancels an order before pick-up',
  description: 'Answers when everything is undone. Cancelling a cancelled order is a no-op and answers the same.',
  roles: ['customer'],
  params,
  body: body(cancelBody, { reason: 'Changed my mind' }),
  answers: {
    200: answer(
      'The order is cancelled.',
      orderCancelled,
      withSuccess('Order cancelled', { order_id: exampleIds.order, status: 'CANCELLED' }),
    ),
    202: accepted,
  },
  refusals: {
    NOT_FOUND: "Unknown, or another customer's.",
    CANCEL_TOO_LATE: 'The courier has picked it up, or has delivered it.',
  },
  async handle({ db, temporal }: UserDeps, { params: { order_id: orderId }, body: { reason }, caller, answer }) {
    const command = { kind: 'cancel', reason, by: authorOf(caller) } as const;
    const outcome = await sendOrderCommand(temporal, orderId, command, async () => {
      const record = await findOrder(db, orderId);
      return (
        record && { user_id: record.userId, status: record.status, delivery: record.delivered ? 'DELIVERED' : null }
      );
    });
    if (outcome !== 'done') return outcome;
    return answer(200, withSuccess('Order cancelled', { order_id: orderId, status: 'CANCELLED' }));
  },
});

export const orderRoutes = [placeOrder, showOrder, listOrdersOfUser, cancelOrder];
