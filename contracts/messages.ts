/**
 * Bodies of the messages between the services, and of the replies to them. Unknown fields are ignored.
 * The first two and the rating are shared with old programs (contract, section 1).
 */
import { z } from 'zod';
import { decisions, deliveryMoves, deliveryStatuses, orderStatuses } from './states';
import { id, money, placedAt, quantity, rating, text } from './values';

const orderedItem = z.object({ menu_item_id: id, quantity });

export const orderedRestaurant = z.object({ restaurant_id: id, items: z.array(orderedItem).min(1).max(200) });

/** `place-order-queue` */
export const placeOrderMessage = z.object({
  order_id: id,
  user_id: id,
  placed_at: placedAt,
  status: z.literal('PENDING'),
  restaurants: z.array(orderedRestaurant).min(1).max(50),
});
export type PlaceOrderMessage = z.infer<typeof placeOrderMessage>;

/** `assign-dilvery-agent-queue` */
export const assignAgentMessage = z.object({ order_id: id });
export type AssignAgentMessage = z.infer<typeof assignAgentMessage>;

/** `ratings-exchange` */
export const ratingMessage = z.object({ order_id: id, order_rating: rating, agent_rating: rating });
export type RatingMessage = z.infer<typeof ratingMessage>;

/** `change-order-status-queue`. `user_id` and `placed_at` let an undo that comes first leave its tombstone. */
export const changeOrderMessage = z.object({
  order_id: id,
  user_id: id,
  placed_at: placedAt,
  status: z.enum(decisions),
  /** One restaurant's part; left out: the whole order. */
  restaurant_id: id.nullish(),
  reason: text(500).nullish(),
});
export type ChangeOrderMessage = z.infer<typeof changeOrderMessage>;

/** `update-dilvery-status-queue`. DECLINED: this agent hands the job back, before pick-up. */
export const changeDeliveryMessage = z.discriminatedUnion('status', [
  z.object({ order_id: id, status: z.enum(deliveryMoves) }),
  z.object({ order_id: id, status: z.literal('DECLINED'), agent_id: id }),
]);
export type ChangeDeliveryMessage = z.infer<typeof changeDeliveryMessage>;

/** `agent-assigned-queue`: a waiting order has got its agent. */
export const agentAssignedMessage = z.object({ order_id: id, agent_id: id, agent_name: z.string() });
export type AgentAssignedMessage = z.infer<typeof agentAssignedMessage>;

/** `adopt-order-queue`: an order that an old program has brought, at the stage that its message shows. */
export const adoptOrderMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('placed'), order: placeOrderMessage }),
  z.object({ kind: z.literal('needs-agent'), order_id: id }),
]);
export type AdoptOrderMessage = z.infer<typeof adoptOrderMessage>;

/** The restaurant side's answer to a placement. `total` is the exact sum as a decimal string. */
export const createOrderReply = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('created'), total: money }),
  z.object({ outcome: z.literal('rejected'), reason: z.string() }),
  z.object({ outcome: z.literal('settled'), status: z.enum(orderStatuses), total: money.nullish() }),
]);
export type CreateOrderReply = z.infer<typeof createOrderReply>;

/** `total` is that of what is left of the order; `from` is where a change of the whole order has found it. Before version 0.2 there was none. */
const foundAt = { total: money.nullish(), from: z.enum(orderStatuses).optional() };

/** `changed`: this message did it; `unchanged`: it was so already; `refused`: the row's state does not allow it. */
export const changeOrderReply = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('changed'), ...foundAt }),
  z.object({ outcome: z.literal('unchanged'), ...foundAt }),
  z.object({ outcome: z.literal('refused'), status: z.enum(orderStatuses).nullable() }),
]);
export type ChangeOrderReply = z.infer<typeof changeOrderReply>;

/** `queued`: no agent is free, the order waits its turn; `closed`: its delivery has ended, nobody will be assigned. */
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
