import { randomUUID } from 'node:crypto';
import { exampleIds } from '../../api/openapi/examples';
import { bodyOf } from '../platform/answer';
import type { Platform } from '../platform/platform';
import { until } from '../platform/until';

/** Ids of things that exist, by their names in the examples. */
export type RealIds = Partial<Record<keyof typeof exampleIds, string>>;

/** The same value with real ids in place of the examples' own. */
export function withIds<T>(value: T, ids: RealIds): T {
  let text = JSON.stringify(value);
  for (const [name, id] of Object.entries(ids)) text = text.replaceAll(exampleIds[name as keyof RealIds], id);
  return JSON.parse(text) as T;
}

/** Adds a restaurant, an agent and a confirmed order, whose ids go into the examples. Throws when a request is refused. */
export async function createWorld(platform: Platform): Promise<RealIds> {
  const user = randomUUID();
  const { data: kitchen } = bodyOf(
    await platform.addRestaurant({
      name: 'Spice Garden',
      opening_time: '00:00',
      closing_time: '23:59',
      menu: [{ name: 'Paneer Tikka', price: 8.5, type: 'VEG' }],
    }),
  );
  const restaurant = kitchen.restaurant_id;
  const [menuItem = ''] = kitchen.menu_ids;
  const items = [{ menu_item_id: menuItem, quantity: 2 }];
  const placed = await platform.placeOrder({ user_id: user, restaurants: [{ restaurant_id: restaurant, items }] });
  const { order_id: order } = bodyOf(placed);
  const added = await platform.addAgent({ name: 'Asha', userName: `asha-${user}`, gender: 'FEMALE' });
  bodyOf(await platform.decide(order, { status: 'CONFIRMED' }));
  await until('the order has its agent', async () => bodyOf(await platform.delivery(order)));
  return { user, restaurant, menuItem, order, agent: bodyOf(added).data.agent_id };
}
