/** The honest customers: what they place, how long it takes, and what has become of it in the end. */
import { randomUUID } from 'node:crypto';
import { openLoop, type Job } from '../measure/loops';
import { messageOf } from '../cli/cli';
import { acceptedBodyOf, bodyOf } from '../platform/answer';
import type { Platform } from '../platform/platform';
import { newOrder, type AddedRestaurant } from '../platform/requests';
import { aCustomer } from '../stack/access';
import type { Order } from './world';

/** Several, because one may have only 20 open orders; as many as a run needs at half of that. */
const customerCount = 150;
/** Of all of them together: a third of what two cores can place, and enough for a p95 in a few seconds. */
const perSecond = 8;
/** Lets an attack begin, and everything get used to it, before placements count. */
export const rampMs = 1_000;

/** How the honest customers fared: the times of their placements in milliseconds, and why others failed. */
export interface Experience {
  times: number[];
  failures: string[];
}

export type HonestCustomers = ReturnType<typeof createHonestCustomers>;

export function createHonestCustomers(platform: Platform, { restaurant_id, menu_ids }: AddedRestaurant) {
  const customers = Array.from({ length: customerCount }, () => randomUUID());
  const placed: Order[] = [];
  let turn = 0;

  /** Counts from the time at which it was due: what has to wait for its turn is late too. */
  const place: Job = async (dueAt = performance.now()) => {
    const userId = customers[turn++ % customers.length] ?? '';
    const order = newOrder(userId, restaurant_id, menu_ids.slice(0, 2));
    const answer = await platform.as(aCustomer(userId)).placeOrder(order, { key: randomUUID() });
    const { order_id: id } = acceptedBodyOf(answer);
    placed.push({ id, userId });
    return { id, timings: { place: performance.now() - dueAt } };
  };

  async function problemOf({ id, userId }: Order): Promise<string | undefined> {
    try {
      const { status } = bodyOf(await platform.as(aCustomer(userId)).order(id));
      return status === 'PENDING' ? undefined : `order ${id} is ${status}`;
    } catch (error) {
      return messageOf(error);
    }
  }

  return {
    /** Of all customers so far, in the order of their placements. */
    placed: placed as readonly Order[],

    /** Places orders at the quiet rate, and measures those of the window that follows the ramp. */
    async placeFor(windowMs: number, closed: () => void = () => undefined): Promise<Experience> {
      const { done, failures } = await openLoop(
        place,
        { perSecond, rampMs, windowMs },
        { opened: () => undefined, closed },
      );
      return { times: done.map((timings) => timings['place'] ?? NaN), failures };
    },

    /** What is wrong with the orders that were placed: each has to exist, and to be as open as it was. */
    async findProblems(): Promise<string[]> {
      const problems: string[] = [];
      const left = [...placed];
      const reader = async () => {
        for (let order = left.pop(); order; order = left.pop())
          problems.push(...[(await problemOf(order)) ?? []].flat());
      };
      await Promise.all(Array.from({ length: readersAtOnce }, reader));
      return problems;
    },
  };
}

const readersAtOnce = 8;
