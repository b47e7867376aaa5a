import { cpus, loadavg, totalmem } from 'node:os';
import type { Handover } from '../actors/hand-over';
import type { Browsing } from '../browsing';
import type { GrowthStage } from '../growth';
import type { HistoryShape } from '../measure/histories';
import type { PhaseSummary } from '../measure/phase';
import type { Concurrency, Settings } from '../settings';
import type { SoakSample } from '../soak';

/** Everything measured. Times in milliseconds, memory in megabytes. */
export interface Measured {
  conditions: Conditions;
  settings: Settings;
  /** Whole orders in a closed loop, by how many are in flight. */
  orders: Record<Concurrency, PhaseSummary>;
  /** The bare workflow under the same loads. */
  baseline: Record<Concurrency, PhaseSummary>;
  /** The bare workflow with regular activities instead of local ones, 50 at a time. */
  regular: PhaseSummary;
  /** Orders at half the rate that 50 at a time reach. Latency counts from when each order was due. */
  openLoop: PhaseSummary & { rate: number };
  handover: Handover;
  /** Of the open loop's last orders: under less load nothing is retried. */
  histories: { order: HistoryShape; baseline: HistoryShape };
  /** Null without /proc, like all processor times. */
  memoryMb: Record<string, number> | null;
  browsing: Browsing;
  soak: SoakSample[] | null;
  growth: GrowthStage[] | null;
}

export interface Conditions {
  machine: string;
  startedAt: string;
  seconds: number;
  /** Load average before the run. */
  loadBefore: number;
  /** The most that programs outside the benchmark used in a phase, in cores. Null without /proc. */
  otherCores: number | null;
  /** Other programs used the machine, so the figures are only a hint. */
  provisional: boolean;
}

/** What an idle machine's own programs use. */
const quietCores = 0.1;

/** Call before the run. The returned function completes the conditions after it. */
export function readConditions(): (phases: readonly PhaseSummary[]) => Conditions {
  const startedAt = new Date();
  const loadBefore = loadavg()[0] ?? 0;
  return (phases) => {
    const others = phases.flatMap(({ otherCores }) => otherCores ?? []);
    const otherCores = others.length > 0 ? Math.max(...others) : null;
    const cores = `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GB`;
    return {
      machine: `${cores}, ${process.platform} ${process.arch}, Node ${process.versions.node}`,
      startedAt: startedAt.toISOString(),
      seconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
      loadBefore,
      otherCores,
      provisional: otherCores === null || otherCores > quietCores,
    };
  };
}
