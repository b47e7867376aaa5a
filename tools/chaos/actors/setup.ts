import { randomUUID } from 'node:crypto';
import { bodyOf } from '../../platform/answer';
import type { Platform } from '../../platform/platform';
import { newAgent, newRestaurant, type AddedRestaurant } from '../../platform/requests';
import { menuSize, restaurantCount, type PlannedOrder } from '../plan/orders';

/** Adds the couriers and the restaurants, before the first fault. Throws UnexpectedAnswerError. */
export async function setUp(platform: Platform, courierCount: number): Promise<AddedRestaurant[]> {
  for (let number = 1; number <= courierCount; number += 1)
    bodyOf(await platform.addAgent(newAgent(`Courier ${number}`)));
  const restaurants: AddedRestaurant[] = [];
  for (let number = 1; number <= restaurantCount; number += 1) {
    const menu = Array.from({ length: menuSize }, (_, item) => ({
      name: `Dish ${item + 1}`,
      price: Number(`${2 + number + 2 * item}.${(number * 17 + item * 29) % 100}`),
      type: item % 2 === 0 ? ('VEG' as const) : ('NON_VEG' as const),
    }));
    restaurants.push(bodyOf(await platform.addRestaurant(newRestaurant(`Restaurant ${number}`, menu))).data);
  }
  return restaurants;
}

/** The body of the planned placement, by the ids of the running system. */
export const bodyOfPlacement = (restaurants: AddedRestaurant[], { userId, parts, scenario }: PlannedOrder) => ({
  user_id: userId,
  restaurants: parts.map(({ restaurant, items }) => ({
    restaurant_id: restaurants[restaurant]?.restaurant_id ?? '',
    items: items.map(({ item, quantity }) => ({
      menu_item_id: scenario === 'unknown item' ? randomUUID() : (restaurants[restaurant]?.menu_ids[item] ?? ''),
      quantity,
    })),
  })),
});
