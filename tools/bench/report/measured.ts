import type { Browsing } from '../browsing/browsing';
import type { Growth } from '../growth/growth';
import type { HistoryShape } from '../measure/histories';
import type { PhaseSummary } from '../measure/phase';
import type { Handover } from '../people/couriers';
import type { Concurrency, Settings } from '../settings';
import type { SoakSample } from '../soak';
import type { Conditions } from './conditions';

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
  /** `order`: at half the saturation rate. What those at 50 have more of was repeated because something was slow. */
  histories: { order: HistoryShape; orderAt50: HistoryShape; bare: HistoryShape };
  memoryMb: Record<string, number> | null;
  browsing: Browsing;
  soak: SoakSample[] | null;
  growth: Growth | null;
  /** How long each step of the benchmark took, in seconds. */
  seconds: Readonly<Record<string, number>>;
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
