/** What tools set up before they measure or try something. All as the operator; each throws UnexpectedAnswerError. */
import { randomUUID } from 'node:crypto';
import { bodyOf } from './answer';
import type { Platform } from './platform';
import { newAgent, newOrder, newRestaurant, type AddedRestaurant } from './requests';

/** Adds a restaurant; the number is in its name and decides its prices, which have odd cents. */
export async function addKitchen(platform: Platform, number = 1, menuSize = 1): Promise<AddedRestaurant> {
  const menu = Array.from({ length: menuSize }, (_, item) => ({
    name: `Dish ${item + 1} of kitchen ${number}`,
    description: 'With rice, bread or salad',
    price: Number(`${2 + number + 2 * item}.${(number * 17 + item * 29) % 100}`),
    type: 'VEG' as const,
  }));
  return bodyOf(await platform.addRestaurant(newRestaurant(`Kitchen ${number}`, menu))).data;
}

/** Adds free agents, and returns their ids. */
export async function addAgents(platform: Platform, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let agent = 1; agent <= count; agent += 1)
    ids.push(bodyOf(await platform.addAgent(newAgent(`Courier ${agent}`))).data.agent_id);
  return ids;
}

/** Places an order of the kitchen's whole menu and confirms it. Returns its id. */
export async function addConfirmedOrder(platform: Platform, kitchen: AddedRestaurant, userId: string): Promise<string> {
  const order = newOrder(userId, kitchen.restaurant_id, kitchen.menu_ids);
  const { order_id: orderId } = bodyOf(await platform.placeOrder(order, { key: randomUUID() }));
  bodyOf(await platform.decide(orderId, { status: 'CONFIRMED' }));
  return orderId;
}
