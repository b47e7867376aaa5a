import { randomUUID } from 'node:crypto';
import type { DeliveryMove } from '../../../contracts/states';
import { bodyOf } from '../../platform/answer';
import { untilDone, type Platform } from '../../platform/platform';
import { aCustomer, aRestaurant } from '../../stack/access';
import type { Job } from '../loops';
import type { Retries } from '../measure/phase';
import type { World } from './world';

export interface PlacedOrder {
  orderId: string;
  restaurantId: string;
}

/** The customer, restaurant and operator of the orders of one load. Each step rejects when it fails. */
export interface OrderActors {
  place(): Promise<PlacedOrder>;
  confirm(order: PlacedOrder): Promise<void>;
  move(orderId: string, status: DeliveryMove): Promise<void>;
  /** Cancels a failed order, so that it does not keep an agent. Best effort. */
  cancel(orderId: string): Promise<void>;
  /** One order from placement to delivery, each step after the answer of the one before. A failed order is cancelled. */
  deliver: Job;
  /** Counts up. */
  retries: Retries;
}

/** Retries as a client would, but no longer than a customer waits. */
const repeat = { ...untilDone, timeoutMs: 30_000, pauseMs: () => 200 };

export function createOrderActors(platform: Platform, world: World): OrderActors {
  const retries: Retries = { accepted: 0, unavailable: 0, cancelled: 0 };
  const client = platform.with({
    repeat,
    onAnswer: ({ status }) => {
      if (status === 202) retries.accepted += 1;
      if (status === 503) retries.unavailable += 1;
    },
  });
  const actors: OrderActors = {
    retries,
    async place() {
      const { restaurantId, menuItemIds } = pick(world.kitchens);
      const customer = pick(world.customers);
      const items = menuItemIds.slice(0, 2).map((menu_item_id, i) => ({ menu_item_id, quantity: i + 1 }));
      const order = { user_id: customer, restaurants: [{ restaurant_id: restaurantId, items }] };
      const { order_id } = bodyOf(await client.as(aCustomer(customer)).placeOrder(order, { key: randomUUID() }));
      return { orderId: order_id, restaurantId };
    },
    async confirm({ orderId, restaurantId }) {
      bodyOf(await client.as(aRestaurant(restaurantId)).decide(orderId, { status: 'CONFIRMED' }));
    },
    async move(orderId, status) {
      bodyOf(await client.moveDelivery(orderId, status)); // by the operator: asking whose job it is would be measured too
    },
    async cancel(orderId) {
      retries.cancelled += 1;
      const { status } = await platform.cancelOrder(orderId);
      if (status === 409) await platform.moveDelivery(orderId, 'CANCELLED'); // already picked up
    },
    async deliver(dueAt = performance.now()) {
      const order = await actors.place();
      let last = performance.now();
      const timings: Record<string, number> = { place: last - dueAt };
      const steps = {
        confirm: () => actors.confirm(order),
        pickUp: () => actors.move(order.orderId, 'PICKED_UP'),
        deliver: () => actors.move(order.orderId, 'DELIVERED'),
      };
      try {
        for (const [name, step] of Object.entries(steps)) {
          await step();
          timings[name] = performance.now() - last;
          last = performance.now();
        }
      } catch (error) {
        await actors.cancel(order.orderId);
        throw error;
      }
      return { id: order.orderId, timings: { ...timings, whole: last - dueAt } };
    },
  };
  return actors;
}

function pick<T>(values: readonly T[]): T {
  const value = values[Math.floor(Math.random() * values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}
