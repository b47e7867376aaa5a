import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { agentAsked, decided, orderGroups } from '../../contracts/answers/orders';
import { orderWorkflowId, workflowTypes } from '../../contracts/names';
import { decisionBody, ordersQuery } from '../../contracts/orders';
import { nextCursor } from '../../contracts/values';
import { describeWorkflow } from '../../lib/temporal/connection';
import { WorkflowGoneError } from '../../lib/temporal/errors';
import { startWorkflow } from '../../lib/temporal/send';
import { findOrder, findOrderGroup, listOrderGroups, type OrderRow } from '../../prisma/restaurant/orders';
import { confirmedOrder, orderStart } from '../../workflows/start';
import { accepted, held, withStatus } from '../answers';
import { isRefusal, refuse } from '../http/refusals';
import { answer, body, route } from '../http/route';
import { exampleIds, exampleOrderGroup } from '../openapi/examples';
import { sendOrderCommand, sendToWorkflow } from '../order-commands';
import { placementRoute } from '../placement';
import type { RestaurantDeps } from './deps';
import { viewOf } from './order-view';
import { authorOfDecision, own, refuseAnothersOrder } from './own-orders';

const params = { order_id: { unknown: 'Order not found', example: exampleIds.order } };

const listOrders = route({
  method: 'GET',
  path: '/orders',
  id: 'listOrders',
  summary: 'Lists orders with their items, newest first',
  description:
    'Customers and restaurants see only their own; a restaurant sees its own part of an order, with its total. A page has at most 2,000 items, or one order.',
  roles: ['customer', 'restaurant', 'service'],
  query: ordersQuery,
  answers: {
    200: answer('A page of orders.', orderGroups, {
      ...withStatus('Orders, newest first', [exampleOrderGroup]),
      next_cursor: null,
    }),
  },
  refusals: { NOT_FOUND: 'No order matches.' },
  async handle({ db }: RestaurantDeps, { query, caller, answer }) {
    const { order_id: orderId, user_id: userId, restaurant_id: restaurantId, status, limit, cursor } = query;
    const filter = own(caller, { orderId, userId, restaurantId, status });
    const { groups, isCut } = filter ? await listOrderGroups(db, filter, limit, cursor) : { groups: [], isCut: false };
    if (groups.length === 0 && !cursor) return refuse('NOT_FOUND', 'No order matches');
    const next_cursor = nextCursor(groups, isCut ? groups.length : limit, (group) => ({
      at: group.placedAt,
      id: group.orderId,
    }));
    const data = groups.map((group) => viewOf(caller, group));
    return answer(200, { ...withStatus('Orders, newest first', data), next_cursor });
  },
});

const placeOrder = placementRoute((orderId) => `/orders?order_id=${orderId}`);

const decideOrder = route({
  method: 'POST',
  path: '/orders/:order_id/decision',
  oldName: { path: '/change-order-status', idsFrom: 'query' },
  id: 'decideOrder',
  summary: 'Confirms or cancels an order, or one restaurant’s part of it',
  description: 'While PENDING. CANCELLED with a reason also while CONFIRMED and not picked up.',
  roles: ['restaurant'],
  params,
  body: body(decisionBody, { status: 'CONFIRMED' }),
  answers: {
    200: answer('Decided.', decided, withStatus('The order is CONFIRMED', exampleOrderGroup)),
    202: accepted,
  },
  refusals: {
    NOT_FOUND: "Unknown, or another restaurant's.",
    UNKNOWN_RESTAURANT: 'The order has no part of this restaurant.',
    DECISION_NOT_ALLOWED: 'The order is CANCELLED or picked up, or a reason is missing.',
  },
  async handle({ db, temporal }: RestaurantDeps, { params: { order_id: orderId }, body, caller, answer }) {
    const { status, restaurant_id, reason } = body;
    const by = await authorOfDecision(db, caller, orderId, restaurant_id);
    if (isRefusal(by)) return by;
    const command = { kind: 'decide', status, restaurant_id, reason, by } as const;
    const outcome = await sendOrderCommand(temporal, orderId, command, async () => {
      const group = await findOrderGroup(db, orderId);
      const parts = Object.fromEntries(group?.orders.map((part) => [part.restaurantId, part.status]) ?? []);
      return group && { status: group.status, delivery: null, parts };
    });
    if (outcome !== 'done') return outcome;
    const group = await findOrderGroup(db, orderId);
    const what = restaurant_id ? "The restaurant's part" : 'The order';
    const data = group && viewOf(caller, group);
    return answer(200, withStatus(`${what} is ${status}`, data));
  },
});

const requestAgent = route({
  method: 'POST',
  path: '/orders/:order_id/agent',
  oldName: { path: '/assign-agent', idsFrom: 'query' },
  id: 'askForAgent',
  summary: 'Requests an agent again, for a confirmed order that has none',
  roles: ['restaurant'],
  params,
  answers: {
    200: answer('Requested.', agentAsked, withStatus('An agent has been requested', { order_id: exampleIds.order })),
    202: accepted,
  },
  refusals: {
    NOT_FOUND: "Unknown, or another restaurant's.",
    ALREADY_ASSIGNED: 'The order has, or has had, its agent.',
    NOT_CONFIRMED: 'The order is not confirmed.',
    ILLEGAL_TRANSITION: "The order's workflow was terminated; an operator has to repair it.",
  },
  async handle(deps: RestaurantDeps, { params: { order_id: orderId }, caller, answer }) {
    const refused = await refuseAnothersOrder(deps.db, caller, orderId);
    if (refused) return refused;
    const outcome = await askForAgent(deps, orderId);
    if (outcome !== 'done') return outcome;
    return answer(200, withStatus('An agent has been requested', { order_id: orderId }));
  },
});

/**
 * Requests an agent again for a confirmed order that has none. An order without a workflow, because an old program confirmed it or its run
 * was lost, gets one. A run that was terminated stays so: whether the order continues is an operator's decision, by a repair.
 */
async function askForAgent(deps: RestaurantDeps, orderId: string) {
  try {
    return await sendToWorkflow(deps.temporal, orderId, { kind: 'askAgent' });
  } catch (error) {
    if (!(error instanceof WorkflowGoneError)) throw error;
  }
  const order = await findOrder(deps.db, orderId);
  if (!order) return refuse('NOT_FOUND', 'Order not found');
  if (order.status !== 'CONFIRMED')
    return refuse('NOT_CONFIRMED', `Only a confirmed order gets an agent; this one is ${order.status}.`);
  return adopt(deps, order);
}

/** The started workflow requests the agent. A workflow that has completed had its agent. */
async function adopt({ temporal, policy }: RestaurantDeps, order: OrderRow) {
  try {
    await startWorkflow(temporal, {
      workflow: workflowTypes.order,
      options: orderStart(confirmedOrder({ ...order, total: order.total?.toFixed(2) ?? null }, policy)),
    });
    return held;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const ended = await describeWorkflow(temporal, orderWorkflowId(order.orderId));
  if (ended?.status.name === 'COMPLETED') return refuse('ALREADY_ASSIGNED', 'The order has already had its agent.');
  return refuse(
    'ILLEGAL_TRANSITION',
    "The order's workflow was terminated. An operator has to repair the order first.",
  );
}

export const orderRoutes = [listOrders, placeOrder, decideOrder, requestAgent];
