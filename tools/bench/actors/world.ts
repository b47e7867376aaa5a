import { randomUUID } from 'node:crypto';
import { bodyOf } from '../../platform/answer';
import type { Platform } from '../../platform/platform';

/** What orders are placed with. */
export type World = Awaited<ReturnType<typeof createWorld>>;

/** As many restaurants and dishes as a customer would scroll through. */
const kitchenCount = 30;
const menuSize = 8;
const customerCount = 100;

export async function createWorld(platform: Platform) {
  const kitchens = [];
  for (let kitchen = 1; kitchen <= kitchenCount; kitchen += 1) {
    const menu = Array.from({ length: menuSize }, (_, item) => {
      const name = `Dish ${item + 1} of kitchen ${kitchen}`;
      return { name, description: 'With rice, bread or salad', price: 4 + item + kitchen / 100, type: 'VEG' as const };
    });
    const restaurant = { name: `Kitchen ${kitchen}`, opening_time: '00:00', closing_time: '23:59', menu };
    const { data } = bodyOf(await platform.addRestaurant(restaurant));
    kitchens.push({ restaurantId: data.restaurant_id, menuItemIds: data.menu_ids });
  }
  /** User ids. */
  const customers = Array.from({ length: customerCount }, () => randomUUID());
  return { kitchens, customers };
}

/** Adds free agents, and returns their ids. */
export async function addAgents(platform: Platform, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let agent = 1; agent <= count; agent += 1) {
    const body = { name: `Courier ${agent}`, userName: `courier-${randomUUID()}`, gender: 'FEMALE' as const };
    ids.push(bodyOf(await platform.addAgent(body)).data.agent_id);
  }
  return ids;
}
