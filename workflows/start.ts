import { defineSearchAttributeKey } from '@temporalio/common';
import { orderWorkflowId, ordersTaskQueue, ratingWorkflowId, searchAttributes } from '../contracts/names';
import type { CallPolicy, OrderInput, OrderPolicy, RatingInput } from '../contracts/workflow';

const orderStatus = defineSearchAttributeKey(searchAttributes.orderStatus, 'KEYWORD');
const userId = defineSearchAttributeKey(searchAttributes.userId, 'KEYWORD');
const restaurantIds = defineSearchAttributeKey(searchAttributes.restaurantIds, 'KEYWORD_LIST');

/** How an order's workflow is started, by whoever starts it: one run for each order id, ever, unless a repair needs another. */
export function orderStart(input: OrderInput) {
  const { order, stage, bodyHash } = input;
  const portions = order.restaurants.flatMap(({ items }) => items).reduce((sum, { quantity }) => sum + quantity, 0);
  return {
    workflowId: orderWorkflowId(order.order_id),
    taskQueue: ordersTaskQueue,
    args: [input] as [OrderInput],
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    // The first values come with the start: a search attribute upsert in the first workflow task would cost more.
    typedSearchAttributes: [
      { key: orderStatus, value: stage ? adopted[stage].status : order.status },
      { key: userId, value: order.user_id },
      { key: restaurantIds, value: order.restaurants.map(({ restaurant_id }) => restaurant_id) },
    ],
    // Readable without a worker: what a repeat under the same idempotency key is compared with until the order is placed.
    memo: { [orderMemo.bodyHash]: bodyHash, [orderMemo.placedAt]: order.placed_at },
    staticSummary: stage
      ? adopted[stage].summary
      : `Order of ${portions} item(s) from ${order.restaurants.length} restaurant(s)`,
    staticDetails: `Customer \`${order.user_id}\`, placed at ${order.placed_at}`,
  };
}

const adopted = {
  confirmed: { status: 'CONFIRMED', summary: 'Adopted order that needs an agent' },
  cancelled: { status: 'CANCELLED', summary: 'Adopted order that is undone' },
};

/** What an order's workflow has in its memo, by name. Orders of version 0.1 have none. */
export const orderMemo = { bodyHash: 'bodyHash', placedAt: 'placedAt' } as const;

/** How a rating's workflow is started. A refused rating must not block the next one; the database keeps it to one. */
export const ratingStart = (rating: RatingInput, policy: OrderPolicy) => ({
  workflowId: ratingWorkflowId(rating.order_id),
  taskQueue: ordersTaskQueue,
  args: [rating, callPolicy(policy)] as [RatingInput, CallPolicy],
  workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
  memo: { [ratingMemo]: ratingValues(rating) },
  staticSummary: `Rating ${rating.order_rating} for the order, ${rating.agent_rating} for the agent`,
});

/** What a rating's workflow has in its memo, readable without a worker: `ratingValues`. Ratings of version 0.1 have none. */
export const ratingMemo = 'rated';
export const ratingValues = ({ order_rating, agent_rating }: RatingInput): string => `${order_rating} ${agent_rating}`;

const callPolicy = ({ avoidLocalMs, attemptMs, retryIntervalMs }: OrderPolicy): CallPolicy => ({
  avoidLocalMs,
  attemptMs,
  retryIntervalMs,
});

/** For orders whose body is not known: a repeated placement is taken for the same. */
export const noBodyHash = '';

/** The user of an order that only its old restaurant knows. */
export const unknownUser = '00000000-0000-0000-0000-000000000000';

/** Input for an order that is CONFIRMED already and has no workflow: brought by an old program, or its run was lost. */
export function confirmedOrder(
  order: { orderId: string; userId: string; placedAt: Date; total?: string | null },
  policy: OrderInput['policy'],
): OrderInput {
  return {
    order: {
      order_id: order.orderId,
      user_id: order.userId,
      placed_at: order.placedAt.toISOString(),
      status: 'PENDING',
      restaurants: [],
    },
    stage: 'confirmed',
    policy,
    total: order.total ?? null,
    bodyHash: noBodyHash,
  };
}
