import type { CpuSplit, Measured } from './measured';
import { judge, type Target } from './targets';

/** What `--json` prints. */
export interface Report extends Measured {
  /** Milliseconds of processor time that an order takes, 50 at a time, by where. Null where the kernel does not tell. */
  split: CpuSplit | null;
  targets: Target[];
}

export function reportOf(measured: Measured): Report {
  const split = splitOf(measured);
  return { ...measured, split, targets: judge(measured, split) };
}

/** They drive or start what is measured, and are no part of an order. */
const notOfAnOrder = new Set(['driver', 'launcher', 'ceiling-worker', 'ceiling-client']);

function splitOf({ orders, bare }: Measured): CpuSplit | null {
  const order = orders[50].cpuMsEach;
  const engine = bare[50].cpuMsEach;
  if (!order || !engine) return null;
  const of = (name: string) => order[name] ?? 0;
  const sdk = (engine['ceiling-worker'] ?? 0) + (engine['ceiling-client'] ?? 0);
  const total = Object.keys(order)
    .filter((name) => !notOfAnOrder.has(name))
    .reduce((sum, name) => sum + of(name), 0);
  return { temporal: of('temporal'), sdk, own: total - of('temporal') - sdk };
}
