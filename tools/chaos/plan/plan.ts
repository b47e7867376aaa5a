import { queues, type QueueName } from '../../../contracts/names';
import { planFaults, type Fault } from './faults';
import { planOrders, type PlannedOrder } from './orders';
import { seededRandom } from './seeded-random';

/** A malformed message, sent on purpose. */
export interface PoisonMessage {
  id: string;
  queue: QueueName;
  body: string;
  atMs: number;
}

/** Everything that the seed decides. How the processes interleave is left to the operating system. */
export interface Plan {
  seed: number;
  orders: PlannedOrder[];
  faults: Fault[];
  poison: PoisonMessage[];
  couriers: number;
}

/** Between two placements, on average. */
const meanGapMs = 320;
/** Long enough to kill every part and let it come back. */
const shortestLoadMs = 16_000;

/** Pure: the same arguments give the same plan. */
export function makePlan(seed: number, count: number): Plan {
  const loadMs = Math.max(shortestLoadMs, count * meanGapMs);
  const orders = planOrders(seededRandom(seed, 'orders'), count, loadMs);
  const neverFreed = orders.filter(({ scenario }) => scenario === 'never delivered').length;
  return {
    seed,
    orders,
    faults: planFaults(seededRandom(seed, 'faults'), loadMs),
    poison: planPoison(seed, loadMs, count < 100 ? 1 : 2),
    couriers: Math.max(4, Math.ceil(count / 16)) + neverFreed, // few enough that orders wait for a courier at times
  };
}

const malformed = ['{"order_id":', 'not JSON', '[]', '{"order_id":"of no order"}', '{}', 'null'];

function planPoison(seed: number, loadMs: number, perQueue: number): PoisonMessage[] {
  const random = seededRandom(seed, 'poison');
  return Object.values(queues).flatMap((queue) =>
    Array.from({ length: perQueue }, () => ({
      id: `poison-${random.uuid()}`,
      queue,
      body: random.pick(malformed),
      atMs: random.int(0, loadMs),
    })),
  );
}
