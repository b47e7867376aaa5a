import { orderWorkflowId, ordersTaskQueue, ratingWorkflowId, searchAttributes } from '../contracts/names';
import { inputPolicy, type InputPolicy, type OrderPolicy } from '../contracts/policy';
import type { OrderInput, RatingInput } from '../contracts/workflow';

/** Start options of an order's workflow. Each order id has one run, ever; only a repair starts another. */
export function orderStart(input: OrderInput) {
  const { order, stage, bodyHash } = input;
  const portions = order.restaurants.flatMap(({ items }) => items).reduce((sum, { quantity }) => sum + quantity, 0);
  return {
    workflowId: orderWorkflowId(order.order_id),
    taskQueue: ordersTaskQueue,
    args: [{ ...input, policy: undefined, ...inputPolicy(input.policy ?? {}) }] as [OrderInput],
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    // Set at the start: an upsert in the first workflow task would cost more.
    typedSearchAttributes: [
      { key: searchAttributes.orderStatus, value: stage ? adopted[stage].status : order.status },
      { key: searchAttributes.userId, value: order.user_id },
      { key: searchAttributes.restaurantIds, value: order.restaurants.map(({ restaurant_id }) => restaurant_id) },
    ],
    // A repeat under the same idempotency key is compared with these until the order is placed.
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

/** Names of an order's memo fields, readable without a worker. */
export const orderMemo = { bodyHash: 'bodyHash', placedAt: 'placedAt' } as const;

/** Start options of a rating's workflow. A refused rating must not block the next one; the database allows one rating for each order. */
export const ratingStart = (rating: RatingInput, { avoidLocalMs, attemptMs, retryIntervalMs }: OrderPolicy) => ({
  workflowId: ratingWorkflowId(rating.order_id),
  taskQueue: ordersTaskQueue,
  args: [rating, inputPolicy({ avoidLocalMs, attemptMs, retryIntervalMs })] as [RatingInput, InputPolicy],
  workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
  memo: { [ratingMemo]: ratingValues(rating) },
  staticSummary: `Rating ${rating.order_rating} for the order, ${rating.agent_rating} for the agent`,
});

/** The memo field for `ratingValues`, readable without a worker. */
export const ratingMemo = 'rated';
export const ratingValues = ({ order_rating, agent_rating }: RatingInput): string => `${order_rating} ${agent_rating}`;

/** For orders whose body is unknown: every repeated placement counts as the same. */
export const noBodyHash = '';

/** Input for a CONFIRMED order without a workflow: it comes from an old program, or its run was lost. */
export const confirmedOrder = (
  order: { orderId: string; userId: string; placedAt: Date; total?: string | null },
  policy: OrderPolicy,
): OrderInput => ({
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
});
