import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Addresses } from '../addresses';
import type { HttpClient } from '../load/http';
import type { Timings } from '../load/job';
import type { World } from './world';

export interface People {
  http: HttpClient;
  addresses: Addresses;
  world: World;
  /** Told of each order that was carried to its end. */
  delivered?: (orderId: string) => void;
}

const placed = z.object({ order_id: z.string() });

/** What a step that is timed is answered by. */
const done = [200, 201];
/** Enough where it only has to be done some time. */
export const accepted = [...done, 202];

/**
 * One order from placement to delivery: each step follows the answer of the one before. Returns what each took, and the whole from
 * `since` (of the performance clock) on. Rejects when a step is answered in any other way than by its success.
 */
export async function carryOrder(people: People, since = performance.now()): Promise<Timings> {
  const { addresses, http } = people;
  const orderId = await placeOrder(people);
  const times = [since, performance.now()];
  await confirmOrder(people, orderId);
  times.push(performance.now());
  for (const status of ['PICKED_UP', 'DELIVERED']) {
    await http.expect(done, 'PATCH', `${addresses.DELIVERY_SERVICE_URL}/deliveries/${orderId}`, { status });
    times.push(performance.now());
  }
  people.delivered?.(orderId);
  const took = (step: number) => (times[step] ?? NaN) - (times[step - 1] ?? NaN);
  return { place: took(1), confirm: took(2), pickUp: took(3), deliver: took(4), whole: (times[4] ?? NaN) - since };
}

/** Two dishes of one kitchen, another kitchen each time; returns the order's id. */
export async function placeOrder({ http, addresses, world }: People, statuses = done): Promise<string> {
  const kitchen = world.kitchens[Math.floor(Math.random() * world.kitchens.length)];
  if (!kitchen) throw new Error('there is no kitchen to order from');
  const items = kitchen.menuItemIds.slice(0, 2).map((menu_item_id, i) => ({ menu_item_id, quantity: i + 1 }));
  const body = { user_id: randomUUID(), restaurants: [{ restaurant_id: kitchen.restaurantId, items }] };
  const { text } = await http.expect(statuses, 'POST', `${addresses.USER_SERVICE_URL}/orders`, body);
  return placed.parse(JSON.parse(text)).order_id;
}

export async function confirmOrder({ http, addresses }: People, orderId: string, statuses = done): Promise<void> {
  const url = `${addresses.RESTAURANT_SERVICE_URL}/orders/${orderId}/decision`;
  await http.expect(statuses, 'POST', url, { status: 'CONFIRMED' });
}
