import { randomInt, randomUUID } from 'node:crypto';
import type { DeliveryMove } from '../../contracts/states';
import { bodyOf } from '../platform/answer';
import { untilDone, type Platform } from '../platform/platform';
import { newOrder, type AddedRestaurant } from '../platform/requests';
import { addKitchen } from '../platform/world';
import { aCustomer, aRestaurant } from '../stack/access';
import type { Job } from '../measure/loops';

export type World = Awaited<ReturnType<typeof createWorld>>;

/** As many restaurants and dishes as a customer would scroll through. */
const kitchenCount = 30;
const menuSize = 8;
const customerCount = 100;

export async function createWorld(platform: Platform) {
  const kitchens: AddedRestaurant[] = [];
  for (let number = 1; number <= kitchenCount; number += 1) kitchens.push(await addKitchen(platform, number, menuSize));
  /** User ids. */
  const customers = Array.from({ length: customerCount }, () => randomUUID());
  return { kitchens, customers };
}

/** Retries as a client would, but no longer than a customer waits. */
const repeat = { ...untilDone, timeoutMs: 30_000, pauseMs: () => 200 };

/** The customer, restaurant and operator of the orders of one load. Each step but `cancel` rejects when it fails. */
export function createOrderActors(platform: Platform, { kitchens, customers }: World) {
  /** How often the driver retried, after 202 (accepted, not done yet) and 503, or cancelled a failed order. */
  const retries = { accepted: 0, unavailable: 0, cancelled: 0 };
  const client = platform.with({
    repeat,
    onAnswer: ({ status }) => {
      if (status === 202) retries.accepted += 1;
      if (status === 503) retries.unavailable += 1;
    },
  });

  async function place(): Promise<{ orderId: string; restaurantId: string }> {
    const { restaurant_id: restaurantId, menu_ids: menuIds } = pick(kitchens);
    const customer = pick(customers);
    const order = newOrder(customer, restaurantId, menuIds.slice(0, 2));
    const { order_id } = bodyOf(await client.as(aCustomer(customer)).placeOrder(order, { key: randomUUID() }));
    return { orderId: order_id, restaurantId };
  }

  const confirm = async (orderId: string, restaurantId: string): Promise<void> =>
    void bodyOf(await client.as(aRestaurant(restaurantId)).decide(orderId, { status: 'CONFIRMED' }));

  /** By the operator: asking whose job it is would be measured too. */
  const move = async (orderId: string, status: DeliveryMove): Promise<void> =>
    void bodyOf(await client.moveDelivery(orderId, status));

  /** Cancels a failed order, so that it does not keep an agent. Best effort. */
  async function cancel(orderId: string): Promise<void> {
    retries.cancelled += 1;
    const { status } = await platform.cancelOrder(orderId);
    if (status === 409) await platform.moveDelivery(orderId, 'CANCELLED'); // already picked up
  }

  /** One order from placement to delivery, each step after the answer of the one before. A failed order is cancelled. */
  const deliver: Job = async (dueAt = performance.now()) => {
    const { orderId, restaurantId } = await place();
    let last = performance.now();
    const timings: Record<string, number> = { place: last - dueAt };
    const steps = {
      confirm: () => confirm(orderId, restaurantId),
      pickUp: () => move(orderId, 'PICKED_UP'),
      deliver: () => move(orderId, 'DELIVERED'),
    };
    try {
      for (const [name, step] of Object.entries(steps)) {
        await step();
        timings[name] = performance.now() - last;
        last = performance.now();
      }
    } catch (error) {
      await cancel(orderId);
      throw error;
    }
    return { id: orderId, timings: { ...timings, whole: last - dueAt } };
  };

  return { place, confirm, move, cancel, deliver, retries };
}

function pick<T>(values: readonly T[]): T {
  const value = values[randomInt(values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}
