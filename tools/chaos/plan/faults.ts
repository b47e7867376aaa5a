import { processNames } from '../../stack/addresses';
import type { PartName } from '../../stack/services';
import type { Random } from './seeded-random';

/** Everything that runs. Another order here gives every seed another plan. */
export const parts: PartName[] = [...processNames, 'rabbitmq', 'redis', 'postgres', 'temporal'];

/** Tables that an order's steps write. */
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

const meanGapMs = 2_600;
/** For every five kills: two freezes, one lock, one stall. */
const freezesPerKill = 0.4;
const locksPerKill = 0.2;

/** Faults of all kinds, spread over the load and a little longer. Kills every part at least once. */
export function planFaults(random: Random, loadMs: number): Fault[] {
  const kills = Math.max(parts.length, Math.round(loadMs / meanGapMs / (1 + freezesPerKill + 2 * locksPerKill)));
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
