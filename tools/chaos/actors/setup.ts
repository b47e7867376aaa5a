import { randomUUID } from 'node:crypto';
import { bodyOf } from '../../platform/answer';
import type { Platform } from '../../platform/platform';
import { menuSize, restaurantCount, type PlannedOrder } from '../plan/orders';

/** As the API answers when one is added. */
export type Restaurant = { restaurant_id: string; menu_ids: string[] };

/** Adds the couriers and the restaurants, before the first fault. Throws UnexpectedAnswerError. */
export async function setUp(platform: Platform, courierCount: number): Promise<Restaurant[]> {
  for (let number = 1; number <= courierCount; number += 1)
    bodyOf(await platform.addAgent({ name: `Courier ${number}`, userName: `courier-${number}`, gender: 'FEMALE' }));
  const restaurants: Restaurant[] = [];
  for (let number = 1; number <= restaurantCount; number += 1) {
    const menu = Array.from({ length: menuSize }, (_, item) => ({
      name: `Dish ${item + 1}`,
      price: Number(`${2 + number + 2 * item}.${(number * 17 + item * 29) % 100}`),
      type: item % 2 === 0 ? ('VEG' as const) : ('NON_VEG' as const),
    }));
    const added = { name: `Restaurant ${number}`, opening_time: '00:00', closing_time: '23:59', menu };
    restaurants.push(bodyOf(await platform.addRestaurant(added)).data);
  }
  return restaurants;
}

/** The body of the planned placement, by the ids of the running system. */
export const bodyOfPlacement = (restaurants: Restaurant[], { userId, parts, scenario }: PlannedOrder) => ({
  user_id: userId,
  restaurants: parts.map(({ restaurant, items }) => ({
    restaurant_id: restaurants[restaurant]?.restaurant_id ?? '',
    items: items.map(({ item, quantity }) => ({
      menu_item_id: scenario === 'unknown item' ? randomUUID() : (restaurants[restaurant]?.menu_ids[item] ?? ''),
      quantity,
    })),
  })),
});
