import { randomUUID } from 'node:crypto';
import { exampleIds } from '../../api/openapi/examples';
import { bodyOf } from '../platform/answer';
import type { Platform } from '../platform/platform';
import { newAgent, newOrder, newRestaurant } from '../platform/requests';
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
  const menu = [{ name: 'Paneer Tikka', price: 8.5, type: 'VEG' as const }];
  const kitchen = bodyOf(await platform.addRestaurant(newRestaurant('Spice Garden', menu))).data;
  const { restaurant_id: restaurant, menu_ids: menuIds } = kitchen;
  const { order_id: order } = bodyOf(await platform.placeOrder(newOrder(user, restaurant, menuIds)));
  const { agent_id: agent } = bodyOf(await platform.addAgent(newAgent('Asha'))).data;
  bodyOf(await platform.decide(order, { status: 'CONFIRMED' }));
  await until('the order has its agent', async () => bodyOf(await platform.delivery(order)));
  return { user, restaurant, menuItem: menuIds[0] ?? '', order, agent };
}
