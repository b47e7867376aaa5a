/** Bodies of messages and replies. Unknown fields are ignored. The first two and the rating are shared with old programs (contract, section 1). */
import { z } from 'zod';
import { decisions, deliveryMoves, deliveryStatuses, orderStatuses } from './states';
import { limits } from './limits';
import { id, money, placedAt, quantity, optionalReason, optionalText, rating } from './values';

const orderedItem = z.object({ menu_item_id: id, quantity });

export const orderedRestaurants = z
  .array(z.object({ restaurant_id: id, items: z.array(orderedItem).min(1).max(limits.itemsPerRestaurant) }))
  .min(1)
  .max(limits.restaurantsPerOrder);
export type OrderedRestaurant = z.infer<typeof orderedRestaurants>[number];

/** `place-order-queue` */
export const placeOrderMessage = z.object({
  order_id: id,
  user_id: id,
  placed_at: placedAt,
  status: z.literal('PENDING'),
  restaurants: orderedRestaurants,
});
export type PlaceOrderMessage = z.infer<typeof placeOrderMessage>;

/** `assign-dilvery-agent-queue` */
export const assignAgentMessage = z.object({ order_id: id });
export type AssignAgentMessage = z.infer<typeof assignAgentMessage>;

/** `ratings-exchange` */
export const ratingMessage = z.object({ order_id: id, order_rating: rating, agent_rating: rating });
export type RatingMessage = z.infer<typeof ratingMessage>;

/** `change-order-status-queue`. `user_id` and `placed_at` let a compensation that arrives first leave its tombstone. */
export const changeOrderMessage = z.object({
  order_id: id,
  user_id: id,
  placed_at: placedAt,
  status: z.enum(decisions),
  /** One restaurant's part; absent: the whole order. */
  restaurant_id: id.nullish(),
  reason: optionalReason,
});
export type ChangeOrderMessage = z.infer<typeof changeOrderMessage>;

/** `update-dilvery-status-queue`. DECLINED: this agent hands the job back before pick-up. */
export const changeDeliveryMessage = z.discriminatedUnion('status', [
  z.object({ order_id: id, status: z.enum(deliveryMoves) }),
  z.object({ order_id: id, status: z.literal('DECLINED'), agent_id: id }),
]);
export type ChangeDeliveryMessage = z.infer<typeof changeDeliveryMessage>;

/** `agent-assigned-queue`: an agent was found for a waiting order. */
export const agentAssignedMessage = z.object({
  order_id: id,
  agent_id: id,
  agent_name: optionalText(limits.nameLength, 'line'),
});
export type AgentAssignedMessage = z.infer<typeof agentAssignedMessage>;

/** `adopt-order-queue`: an order of an old program, at the stage that its message shows. */
export const adoptOrderMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('placed'), order: placeOrderMessage }),
  z.object({ kind: z.literal('needs-agent'), order_id: id }),
]);
export type AdoptOrderMessage = z.infer<typeof adoptOrderMessage>;

/** Reply to a placement. */
export const createOrderReply = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('created'), total: money }),
  z.object({ outcome: z.literal('rejected'), reason: z.string() }),
  z.object({ outcome: z.literal('settled'), status: z.enum(orderStatuses), total: money.nullish() }),
]);
export type CreateOrderReply = z.infer<typeof createOrderReply>;

/** `total`: of the remaining parts. `from`: the status before a change of the whole order. Absent for a part. */
const foundAt = { total: money.nullish(), from: z.enum(orderStatuses).optional() };

/** `changed`: by this message; `unchanged`: already in that state; `refused`: the present status does not allow it. */
export const changeOrderReply = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('changed'), ...foundAt }),
  z.object({ outcome: z.literal('unchanged'), ...foundAt }),
  z.object({ outcome: z.literal('refused'), status: z.enum(orderStatuses).nullable() }),
]);
export type ChangeOrderReply = z.infer<typeof changeOrderReply>;

/** `queued`: no agent is free, the order waits its turn; `closed`: the delivery has ended, no agent will be assigned. */
export const assignAgentReply = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('assigned'), agent_id: id, agent_name: z.string(), status: z.enum(deliveryStatuses) }),
  z.object({ outcome: z.literal('queued') }),
  z.object({ outcome: z.literal('closed'), status: z.enum(deliveryStatuses) }),
]);
export type AssignAgentReply = z.infer<typeof assignAgentReply>;

export const changeDeliveryReply = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('changed') }),
  z.object({ outcome: z.literal('unchanged') }),
  z.object({ outcome: z.literal('refused'), status: z.enum(deliveryStatuses).nullable() }),
]);
export type ChangeDeliveryReply = z.infer<typeof changeDeliveryReply>;
