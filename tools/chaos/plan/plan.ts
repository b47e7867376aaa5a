import { queues, type QueueName } from '../../../contracts/names';
import { planFaults, type Fault } from './faults';
import { planOrders, type PlannedOrder } from './orders';
import { randomFrom } from './random';

/** A message that nobody can read, sent on purpose. */
export interface Poison {
  id: string;
  queue: QueueName;
  body: string;
  atMs: number;
}

/** Everything that the seed decides. What the operating system makes of it, it does not. */
export interface Plan {
  seed: number;
  orders: PlannedOrder[];
  faults: Fault[];
  poison: Poison[];
  couriers: number;
}

/** Between two placements on average; the load lasts long enough for every part to be killed, and to come back. */
const gapMs = 320;
const shortestLoadMs = 16_000;

/** Pure: the same arguments give the same plan. */
export function makePlan(seed: number, count: number): Plan {
  const loadMs = Math.max(shortestLoadMs, count * gapMs);
  const orders = planOrders(randomFrom(seed, 'orders'), count, loadMs);
  const keepTheirCourier = orders.filter(({ fate }) => fate === 'on the way').length;
  return {
    seed,
    orders,
    faults: planFaults(randomFrom(seed, 'faults'), loadMs),
    poison: planPoison(seed, loadMs, count < 100 ? 1 : 2),
    couriers: Math.max(4, Math.ceil(count / 16)) + keepTheirCourier, // now and then nobody is free
  };
}

const unreadable = ['{"order_id":', 'not JSON', '[]', '{"order_id":"of no order"}', '{}', 'null'];

function planPoison(seed: number, loadMs: number, perQueue: number): Poison[] {
  const random = randomFrom(seed, 'poison');
  return Object.values(queues).flatMap((queue) =>
    Array.from({ length: perQueue }, () => ({
      id: `poison-${random.uuid()}`,
      queue,
      body: random.pick(unreadable),
      atMs: random.int(0, loadMs),
    })),
  );
}
