/** What the attacks find when they begin. Plain data: each attacker is a process of its own. */
import { randomUUID } from 'node:crypto';
import { limits } from '../../contracts/limits';
import { bodyOf } from '../platform/answer';
import type { Platform } from '../platform/platform';
import type { AddedRestaurant, NewOrder } from '../platform/requests';
import { addAgents, addKitchen } from '../platform/world';

/** An honest customer's order. */
export interface Order {
  id: string;
  userId: string;
}

export interface World {
  /** Where the honest customers order. */
  kitchen: AddedRestaurant;
  /** With the largest menu that there may be. */
  largeKitchen: AddedRestaurant;
  /** A courier without a job. */
  agentId: string;
  /** The user id of a customer whose list of orders fills a page. */
  hoarder: string;
  /** Some of the honest customers' orders. */
  orders: Order[];
}

/** Twice the items of a page. */
const hoardedOrders = 20;

export async function createWorld(platform: Platform): Promise<Omit<World, 'orders'>> {
  const kitchen = await addKitchen(platform, 1, 8);
  const largeKitchen = await addKitchen(platform, 2, limits.menuItems);
  const [agentId = ''] = await addAgents(platform, 1);
  const hoarder = randomUUID();
  for (let order = 0; order < hoardedOrders; order += 1)
    bodyOf(await platform.placeOrder(longOrder(hoarder, largeKitchen), { key: randomUUID() }));
  return { kitchen, largeKitchen, agentId, hoarder };
}

/** One of each of the first items, as many as an order may have. */
export const longOrder = (userId: string, { restaurant_id, menu_ids }: AddedRestaurant): NewOrder => {
  const items = menu_ids.slice(0, limits.linesPerOrder).map((menu_item_id) => ({ menu_item_id, quantity: 1 }));
  return { user_id: userId, restaurants: [{ restaurant_id, items }] };
};
