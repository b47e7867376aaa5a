import { randomUUID } from 'node:crypto';
import { bodyOf } from '../../platform/answer';
import type { Platform } from '../../platform/platform';
import type { Placement } from '../journal';
import { menuSize, restaurantCount, type PlannedOrder } from '../plan/orders';

export interface Restaurant {
  restaurantId: string;
  menuItemIds: string[];
}

/** Adds the couriers and the restaurants, before the first fault. Throws UnexpectedAnswerError. */
export async function setUp(platform: Platform, courierCount: number): Promise<Restaurant[]> {
  for (let courier = 1; courier <= courierCount; courier += 1) {
    const added = { name: `Courier ${courier}`, userName: `courier-${courier}`, gender: 'FEMALE' } as const;
    bodyOf(await platform.addAgent(added));
  }
  const restaurants: Restaurant[] = [];
  for (let index = 0; index < restaurantCount; index += 1) {
    const menu = Array.from({ length: menuSize }, (_, item) => ({
      name: `Dish ${item + 1}`,
      price: Number(`${3 + index + 2 * item}.${(index * 17 + item * 29) % 100}`),
      type: item % 2 === 0 ? ('VEG' as const) : ('NON_VEG' as const),
    }));
    const added = { name: `Restaurant ${index + 1}`, opening_time: '00:00', closing_time: '23:59', menu };
    const { data } = bodyOf(await platform.addRestaurant(added));
    restaurants.push({ restaurantId: data.restaurant_id, menuItemIds: data.menu_ids });
  }
  return restaurants;
}

/** The planned restaurants and items, by their ids in the running system. */
export const resolveItems = (restaurants: Restaurant[], { parts, scenario }: PlannedOrder): Placement['restaurants'] =>
  parts.map(({ restaurant, items }) => {
    const { restaurantId = '', menuItemIds = [] } = restaurants[restaurant] ?? {};
    const ordered = items.map(({ item, quantity }) => ({
      menuItemId: scenario === 'unknown item' ? randomUUID() : (menuItemIds[item] ?? ''),
      quantity,
    }));
    return { restaurantId, items: ordered };
  });
