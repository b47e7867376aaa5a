/** HTTP bodies and queries of the orders: user and restaurant service (contract, section 2). */
import { z } from 'zod';
import { orderedRestaurant } from './messages';
import { decisions, orderStatuses, partialRefusals } from './states';
import { anyId, cursor, id, pageLimit, text } from './values';

export type OrderedRestaurant = z.infer<typeof orderedRestaurant>;

const orderedRestaurants = z.array(orderedRestaurant).min(1).max(50);

/**
 * `POST /orders`. Repeated restaurants and items are merged, their quantities added. What they come to has to keep the limits too:
 * it goes on as one message.
 */
export const placeOrderBody = z
  .object({
    user_id: id,
    restaurants: orderedRestaurants.transform(mergeRestaurants).pipe(orderedRestaurants),
    /** What becomes of the order when one of its restaurants refuses. */
    on_partial_refusal: z.enum(partialRefusals).default('cancel_all'),
  })
  .meta({ id: 'PlaceOrderBody' });
export type PlaceOrderBody = z.infer<typeof placeOrderBody>;

/** `POST /orders/:order_id/decision`; without a restaurant it is for all. An id that is no UUID is unknown, not malformed. */
export const decisionBody = z
  .object({ status: z.enum(decisions), restaurant_id: anyId.nullish(), reason: text(500).nullish() })
  .meta({ id: 'DecisionBody' });

/** `POST /orders/:order_id/cancel`; the body may be left out. */
export const cancelBody = z.object({ reason: text(500).nullish() }).default({});

/** `GET /users/:user_id/orders?limit=&cursor=` */
export const historyQuery = z.object({ limit: pageLimit(), cursor });

/** `GET /orders?order_id=&user_id=&restaurant_id=&status=&limit=&cursor=`, restaurant service. */
export const ordersQuery = z.object({
  order_id: anyId.optional(),
  user_id: anyId.optional(),
  restaurant_id: anyId.optional(),
  status: z.enum(orderStatuses).optional(),
  limit: pageLimit(100), // old clients know no pages: they get all that a page can hold
  cursor,
});

/** `Idempotency-Key` header. */
export const idempotencyKey = z.string().min(1).max(255);

/** Each restaurant once, each of its items once, in the order in which they first came; quantities added. */
export function mergeRestaurants(restaurants: OrderedRestaurant[]): OrderedRestaurant[] {
  const merged = new Map<string, Map<string, number>>();
  for (const { restaurant_id, items } of restaurants) {
    const quantities = merged.get(restaurant_id) ?? new Map<string, number>();
    for (const { menu_item_id, quantity } of items) {
      quantities.set(menu_item_id, (quantities.get(menu_item_id) ?? 0) + quantity);
    }
    merged.set(restaurant_id, quantities);
  }
  return [...merged].map(([restaurant_id, quantities]) => ({
    restaurant_id,
    items: [...quantities].map(([menu_item_id, quantity]) => ({ menu_item_id, quantity })),
  }));
}
