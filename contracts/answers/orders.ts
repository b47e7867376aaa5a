/** Answers about orders, of the user and of the restaurant service. */
import { z } from 'zod';
import { deliveryStatuses, orderStatuses } from '../states';
import { amount, instant, nextCursor, stars, statusTrue, success, uuid } from './common';
import { menuItemTypes } from '../restaurants';
import { menuItem, restaurant } from './restaurants';

const orderStatus = z.enum(orderStatuses);

const placed = z.strictObject({
  order_id: uuid,
  status: z.literal('PENDING'),
  placed_at: instant,
  message: z.string(),
});

/** The answer to `POST /orders`. `total` is null where a repeat finds an order that has ended. */
export const placement = placed.extend({ total: amount.nullable() }).meta({ id: 'Placement' });

/** The 202 of a placement: its `status` is `PENDING`, not `ACCEPTED`. */
export const placementHeld = placed.extend({ success: z.literal(true) }).meta({ id: 'PlacementHeld' });

/** As it was ordered: name, type and price, in `menu_item` too, are those of the menu at placement. */
const orderedItem = z.strictObject({
  id: uuid,
  /** The id of the part that holds it. */
  order_id: uuid,
  menu_item_id: uuid,
  quantity: z.int().min(1),
  name: z.string(),
  type: z.enum(menuItemTypes),
  price: amount,
  menu_item: menuItem,
});

/** One restaurant's part. `restaurant` has its name at placement. */
const orderPart = z
  .strictObject({
    id: uuid,
    order_group_id: uuid,
    user_id: uuid,
    placed_at: instant,
    updated_at: instant,
    restaurant_id: uuid,
    status: orderStatus,
    reason: z.string().nullable(),
    total: amount,
    restaurant,
    items: z.array(orderedItem),
  })
  .meta({ id: 'OrderPart' });
export type OrderPart = z.infer<typeof orderPart>;

/** `id` is the order's id, and `order_id` repeats it; so do `rating`, the customer's, and `order_rating`. Null before it is rated. */
const orderGroup = z
  .strictObject({
    id: uuid,
    order_id: uuid,
    user_id: uuid,
    placed_at: instant,
    updated_at: instant,
    status: orderStatus,
    total: amount.nullable(),
    reason: z.string().nullable(),
    rating: stars.nullable(),
    order_rating: stars.nullable(),
    orders: z.array(orderPart),
  })
  .meta({ id: 'OrderGroup' });
export type OrderGroup = z.infer<typeof orderGroup>;

export const orderGroups = statusTrue.extend({ data: z.array(orderGroup).max(100), next_cursor: nextCursor });
/** `data` is null for an order that was cancelled before it was stored here. */
export const decided = statusTrue.extend({ data: orderGroup.nullable() });
export const agentAsked = statusTrue.extend({ data: z.strictObject({ order_id: uuid }) });

const rating = z.strictObject({ order_rating: stars, agent_rating: stars });

export const orderPage = z
  .strictObject({
    order_id: uuid,
    /** Null for an old program's order that has none. */
    user_id: uuid.nullable(),
    placed_at: instant,
    status: orderStatus,
    delivery: z.strictObject({ status: z.enum(deliveryStatuses) }).nullable(),
    agent: z.strictObject({ agent_id: uuid, name: z.string() }).nullable(),
    total: amount.nullable(),
    restaurants: z.array(orderPart).nullable(),
    rating: rating.nullable(),
    timeline: z.array(z.strictObject({ at: instant, event: z.string(), detail: z.string().optional() })).nullable(),
    reason: z.string().nullable(),
    /** The parts that are null because their service is unavailable. */
    unavailable: z
      .array(z.enum(['delivery', 'restaurants', 'timeline']))
      .min(1)
      .optional(),
  })
  .meta({ id: 'OrderPage' });
export type OrderPage = z.infer<typeof orderPage>;

const orderSummary = z
  .strictObject({
    order_id: uuid,
    placed_at: instant,
    status: orderStatus,
    delivered: z.boolean(),
    total: amount.nullable(),
    reason: z.string().nullable(),
    rating: rating.nullable(),
  })
  .meta({ id: 'OrderSummary' });
export type OrderSummary = z.infer<typeof orderSummary>;

export const orderHistory = success.extend({
  data: z.strictObject({ count: z.int().min(0), orders: z.array(orderSummary).max(100), next_cursor: nextCursor }),
});

export const orderCancelled = success.extend({
  data: z.strictObject({ order_id: uuid, status: z.literal('CANCELLED') }),
});

export const ratingStored = success.extend({
  data: z.strictObject({ id: uuid, user_order_id: uuid, order_rating: stars, agent_rating: stars }),
});
