import { queues } from '../../../contracts/names';
import { planFaults } from './faults';
import { planOrders } from './orders';
import { seededRandom } from './seeded-random';

/** Between two placements, on average. */
const meanGapMs = 320;
/** Long enough to kill every part and let it come back. */
const shortestLoadMs = 16_000;

export type Plan = ReturnType<typeof makePlan>;

/** Everything that the seed decides; how the processes interleave is left to the operating system. Pure. */
export function makePlan(seed: number, count: number) {
  const loadMs = Math.max(shortestLoadMs, count * meanGapMs);
  const orders = planOrders(seededRandom(seed, 'orders'), count, loadMs);
  const neverFreed = orders.filter(({ scenario }) => scenario === 'never delivered').length;
  return {
    seed,
    orders,
    faults: planFaults(seededRandom(seed, 'faults'), loadMs),
    /** Malformed messages. */
    poison: planPoison(seed, loadMs, count < 100 ? 1 : 2),
    couriers: Math.max(4, Math.ceil(count / 16)) + neverFreed, // few enough that orders wait for a courier at times
  };
}

function planPoison(seed: number, loadMs: number, perQueue: number) {
  const random = seededRandom(seed, 'poison');
  const targets = Object.values(queues).flatMap((queue) => Array.from({ length: perQueue }, () => queue));
  return targets.map((queue) => ({
    id: `poison-${random.uuid()}`,
    queue,
    body: random.pick(['{"order_id":', 'not JSON', '[]', '{"order_id":"of no order"}', '{}', 'null']),
    atMs: random.int(0, loadMs),
  }));
}
