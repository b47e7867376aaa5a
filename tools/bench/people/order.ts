import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { aCustomer, anOperator, aRestaurant, authorization } from '../../stack/access';
import type { Addresses } from '../addresses';
import type { Timings } from '../load/job';
import { untilDone, type Persistent } from './persistence';
import type { World } from './world';

export interface People extends Persistent {
  addresses: Addresses;
  world: World;
  /** Told of each order that was carried to its end. */
  delivered?: (orderId: string) => void;
}

const placed = z.object({ order_id: z.string() });

export interface Placed {
  orderId: string;
  restaurantId: string;
}

/**
 * One order from placement to delivery: each step follows the answer of the one before. Returns what each took, repeats included, and
 * the whole from `since` (of the performance clock) on. Rejects when a step fails; the order is cancelled then, so that it keeps no agent.
 */
export async function carryOrder(people: People, since = performance.now()): Promise<Timings> {
  const order = await placeOrder(people);
  const { orderId } = order;
  const times = [since, performance.now()];
  const timed = async (step: Promise<unknown>): Promise<void> => {
    await step;
    times.push(performance.now());
  };
  try {
    await timed(confirmOrder(people, order));
    await timed(moveDelivery(people, orderId, 'PICKED_UP'));
    await timed(moveDelivery(people, orderId, 'DELIVERED'));
  } catch (error) {
    await giveUp(people, orderId);
    throw error;
  }
  people.delivered?.(orderId);
  const took = (step: number) => (times[step] ?? NaN) - (times[step - 1] ?? NaN);
  return { place: took(1), confirm: took(2), pickUp: took(3), deliver: took(4), whole: (times[4] ?? NaN) - since };
}

/** Two dishes of one kitchen, another kitchen each time; returns the order. One that fails has taken no agent yet. */
export async function placeOrder(people: People): Promise<Placed> {
  const { addresses, world } = people;
  const kitchen = world.kitchens[Math.floor(Math.random() * world.kitchens.length)];
  const customer = world.customers[Math.floor(Math.random() * world.customers.length)];
  if (!kitchen || !customer) throw new Error('there is no kitchen to order from, or nobody to order');
  const { restaurantId } = kitchen;
  const items = kitchen.menuItemIds.slice(0, 2).map((menu_item_id, i) => ({ menu_item_id, quantity: i + 1 }));
  const body = { user_id: customer, restaurants: [{ restaurant_id: restaurantId, items }] };
  const headers = { ...(await authorization(aCustomer(customer))), 'idempotency-key': randomUUID() };
  const { text } = await untilDone(people, 'POST', `${addresses.USER_SERVICE_URL}/orders`, body, headers);
  return { orderId: placed.parse(JSON.parse(text)).order_id, restaurantId };
}

export async function confirmOrder(people: People, { orderId, restaurantId }: Placed): Promise<void> {
  const url = `${people.addresses.RESTAURANT_SERVICE_URL}/orders/${orderId}/decision`;
  const headers = await authorization(aRestaurant(restaurantId));
  await untilDone(people, 'POST', url, { status: 'CONFIRMED' }, headers);
}

/** By the operator: who has got the job would have to be asked first, and that is no part of what is measured. */
export async function moveDelivery(people: People, orderId: string, status: string): Promise<void> {
  const url = `${people.addresses.DELIVERY_SERVICE_URL}/deliveries/${orderId}`;
  await untilDone(people, 'PATCH', url, { status }, await authorization(anOperator));
}

/** Cancels an order that nobody carries on. Never rejects: whether it could be cancelled is no part of what is measured. */
export async function giveUp({ http, repeats, addresses }: People, orderId: string): Promise<void> {
  repeats.cancelled += 1;
  const headers = await authorization(anOperator);
  try {
    const { status } = await http.send('POST', `${addresses.USER_SERVICE_URL}/orders/${orderId}/cancel`, {}, headers);
    if (status !== 409) return;
    // It has been picked up: only its courier can end it now.
    const delivery = `${addresses.DELIVERY_SERVICE_URL}/deliveries/${orderId}`;
    await http.send('PATCH', delivery, { status: 'CANCELLED' }, headers);
  } catch {
    // as above
  }
}
