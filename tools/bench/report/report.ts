import type { Browsing } from '../browsing/browsing';
import type { Growth } from '../growth/growth';
import type { HistoryShape } from '../measure/histories';
import type { PhaseSummary } from '../measure/phase';
import type { Handover } from '../people/couriers';
import type { Concurrency, Settings } from '../settings';
import type { SoakSample } from '../soak';
import type { Conditions } from './conditions';
import { judge, type Target } from './targets';

/** All that was measured. Times in milliseconds, memory in megabytes. */
export interface Measured {
  conditions: Conditions;
  settings: Settings;
  /** Whole orders in a closed loop, by how many are under way. */
  orders: Record<Concurrency, PhaseSummary>;
  /** The bare workflow with local activities, under the same loads. */
  bare: Record<Concurrency, PhaseSummary>;
  /** The bare workflow with regular activities. */
  regular: Partial<Record<Concurrency, PhaseSummary>>;
  /** Orders at half the rate at which 50 at a time were done; latency from the moment at which each was due. */
  openLoop: PhaseSummary & { rate: number };
  handover: Handover;
  histories: { order: HistoryShape; bare: HistoryShape };
  memoryMb: Record<string, number> | null;
  browsing: Browsing;
  soak: SoakSample[] | null;
  growth: Growth | null;
}

/** What `--json` prints. */
export interface Report extends Measured {
  /** Milliseconds of processor time that an order takes, 50 at a time, by where. Null where the kernel does not tell. */
  split: CpuSplit | null;
  targets: Target[];
}

export interface CpuSplit {
  /** Temporal's server. */
  temporal: number;
  /**
   * The Temporal SDK in APIs and order worker, taken to be what the bare workflow's worker and client use. An order's workflow does more than
   * the bare one, so this is less than the SDK's real share, and `own` more than ours.
   */
  sdk: number;
  /** All the rest: our code, HTTP, databases, broker, cache. */
  own: number;
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
