import { processNames } from '../../stack/addresses';
import type { PartName } from '../../stack/services';
import type { Random } from './random';

/** Everything that runs. A seed's plan depends on their order. */
export const parts: PartName[] = [...processNames, 'rabbitmq', 'redis', 'postgres', 'temporal'];

/** Tables that a step of an order has to write, each with its database. */
const tables = [
  { database: 'user', table: 'userOrder' },
  { database: 'restaurant', table: 'OrderGroup' },
  { database: 'restaurant', table: 'Restaurant' },
  { database: 'delivery', table: 'DeliveryAssignment' },
  { database: 'delivery', table: 'DilveryAgent' },
] as const;
export type Table = (typeof tables)[number];

type Blow =
  /** SIGKILL; kept down for so long before it is started again. */
  | { kind: 'kill'; part: PartName; downMs: number }
  /** SIGSTOP, and SIGCONT so much later: it holds its connections and answers nobody. */
  | { kind: 'freeze'; part: PartName; forMs: number }
  /** An exclusive lock: whoever needs the table waits. */
  | { kind: 'lock'; on: Table; forMs: number }
  /** One connection's server process is stopped, in the middle of whatever it does. */
  | { kind: 'stall'; on: Table; forMs: number };
export type Fault = Blow & { atMs: number };
export type FaultKind = Fault['kind'];

/** Fault on fault: about one in two or three seconds. */
const meanGapMs = 2_600;
/** Every part is killed at least once; beside every five kills come two freezes and two kinds of a slow database. */
const freezesPerKill = 0.4;
const slowPerKill = 0.2;

/** Spread over the time in which orders are placed and a little more. */
export function planFaults(random: Random, loadMs: number): Fault[] {
  const kills = Math.max(parts.length, Math.round(loadMs / meanGapMs / (1 + freezesPerKill + 2 * slowPerKill)));
  const rounds = Math.ceil(kills / parts.length);
  const killed = Array.from({ length: rounds }, () => random.shuffled(parts))
    .flat()
    .slice(0, kills);
  const some = <T>(count: number, make: () => T): T[] => Array.from({ length: Math.round(count) }, make);
  const faults = random.shuffled<Blow>([
    ...killed.map((part): Blow => ({ kind: 'kill', part, downMs: random.int(0, 4_000) })),
    ...some(kills * freezesPerKill, (): Blow => ({
      kind: 'freeze',
      part: random.pick(parts),
      forMs: random.int(300, 6_000),
    })),
    ...some(kills * slowPerKill, (): Blow => ({
      kind: 'lock',
      on: random.pick(tables),
      forMs: random.int(500, 6_000),
    })),
    ...some(kills * slowPerKill, (): Blow => ({
      kind: 'stall',
      on: random.pick(tables),
      forMs: random.int(500, 6_000),
    })),
  ]);
  const gapMs = loadMs / faults.length;
  return faults.map((fault, index) => ({ ...fault, atMs: Math.round(gapMs * (index + random.int(20, 100) / 100)) }));
}
