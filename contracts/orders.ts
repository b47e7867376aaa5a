/** HTTP bodies and queries of orders and their ratings: user and restaurant service (contract, section 2). */
import { z } from 'zod';
import { orderedRestaurants, type OrderedRestaurant } from './messages';
import { decisions, orderStatuses, partialRefusals } from './states';
import { limits } from './limits';
import { anyId, cursor, id, pageLimit, optionalReason, rating } from './values';

/** `POST /orders`. Repeated restaurants and items are merged, quantities added. The result, which is one message, must keep the limits too. */
export const placeOrderBody = z
  .object({
    user_id: id,
    restaurants: orderedRestaurants
      .transform(mergeRestaurants)
      .pipe(orderedRestaurants.refine(hasFewLines, `more than ${limits.linesPerOrder} items in all`)),
    on_partial_refusal: z
      .enum(partialRefusals)
      .nullish()
      .transform((choice) => choice ?? ('cancel_all' as const)),
  })
  .meta({ id: 'PlaceOrderBody' });
export type PlaceOrderBody = z.infer<typeof placeOrderBody>;

/** `POST /orders/:order_id/decision`; without a restaurant it is for the whole order. */
export const decisionBody = z
  .object({ status: z.enum(decisions), restaurant_id: anyId.nullish(), reason: optionalReason })
  .meta({ id: 'DecisionBody' });

/** `POST /orders/:order_id/cancel`; the body is optional. */
export const cancelBody = z.object({ reason: optionalReason }).default({});

/** `POST /ratings` */
export const rateOrderBody = z
  .object({ user_id: anyId, order_id: anyId, order_rating: rating, agent_rating: rating })
  .meta({ id: 'RateOrderBody' });

/** `GET /users/:user_id/orders?limit=&cursor=` */
export const historyQuery = z.object({ limit: pageLimit(), cursor });

/** `GET /orders?order_id=&user_id=&restaurant_id=&status=&limit=&cursor=`, restaurant service. */
export const ordersQuery = z.object({
  order_id: anyId.optional(),
  user_id: anyId.optional(),
  restaurant_id: anyId.optional(),
  status: z.enum(orderStatuses).optional(),
  limit: pageLimit(limits.pageSize), // old clients do not page: they get the largest page
  cursor,
});

/** `Idempotency-Key` header. */
export const idempotencyKey = z.string().min(1).max(255);

function hasFewLines(restaurants: OrderedRestaurant[]): boolean {
  return restaurants.reduce((lines, { items }) => lines + items.length, 0) <= limits.linesPerOrder;
}

/** Each restaurant once, each of its items once, in the order of their first occurrence; quantities added. */
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
