import { queues } from '../../../contracts/names';
import { processNames } from '../../stack/addresses';
import type { PartName } from '../../stack/part';
import { planOrders, seededRandom, type Random } from './orders';

/** Everything that runs. Another order here gives every seed another plan. */
export const parts: PartName[] = [...processNames, 'rabbitmq', 'redis', 'postgres', 'temporal'];

const tables = [
  { database: 'user', table: 'userOrder' },
  { database: 'restaurant', table: 'OrderGroup' },
  { database: 'restaurant', table: 'Restaurant' },
  { database: 'delivery', table: 'DeliveryAssignment' },
  { database: 'delivery', table: 'DilveryAgent' },
] as const;

type Action = { durationMs: number } &
  /** kill: SIGKILL, started again after the duration. freeze: SIGSTOP, then SIGCONT: the part keeps its connections and answers none. */
  (
    | { kind: 'kill' | 'freeze'; part: PartName }
    /** lock: an exclusive lock on the table. stall: SIGSTOP to the server process of one connection to the database. */
    | { kind: 'lock' | 'stall'; part: 'postgres'; on: (typeof tables)[number] }
  );
export type Fault = Action & { atMs: number };

export const faultKinds = ['kill', 'freeze', 'lock', 'stall'] as const satisfies Fault['kind'][];

const meanFaultGapMs = 2_600;
/** For every five kills: two freezes, one lock, one stall. */
const freezesPerKill = 0.4;
const locksPerKill = 0.2;

/** Faults of all kinds, spread over the load and a little longer. Kills every part at least once. */
function planFaults(random: Random, loadMs: number): Fault[] {
  const kills = Math.max(parts.length, Math.round(loadMs / meanFaultGapMs / (1 + freezesPerKill + 2 * locksPerKill)));
  const rounds = Array.from({ length: Math.ceil(kills / parts.length) }, () => random.shuffled(parts));
  const killed = rounds.flat().slice(0, kills);
  const repeat = (times: number, make: () => Action): Action[] => Array.from({ length: Math.round(times) }, make);
  const slow = (kind: 'lock' | 'stall'): Action => {
    const on = random.pick(tables);
    return { kind, part: 'postgres', on, durationMs: random.int(500, 6_000) };
  };
  const actions = random.shuffled([
    ...killed.map((part): Action => ({ kind: 'kill', part, durationMs: random.int(0, 4_000) })),
    ...repeat(kills * freezesPerKill, () => {
      const part = random.pick(parts);
      return { kind: 'freeze', part, durationMs: random.int(300, 6_000) };
    }),
    ...repeat(kills * locksPerKill, () => slow('lock')),
    ...repeat(kills * locksPerKill, () => slow('stall')),
  ]);
  const gapMs = loadMs / actions.length;
  const atMs = (index: number): number => Math.round(gapMs * (index + random.int(20, 100) / 100));
  return actions.map((action, index) => ({ ...action, atMs: atMs(index) }));
}

/** Between two placements, on average. */
const meanPlacementGapMs = 320;
/** Long enough to kill every part and let it come back. */
const shortestLoadMs = 16_000;

export type Plan = ReturnType<typeof makePlan>;

/** Everything that the seed decides; how the processes interleave is left to the operating system. Pure. */
export function makePlan(seed: number, count: number) {
  const loadMs = Math.max(shortestLoadMs, count * meanPlacementGapMs);
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
