import type { LoadResult, Repeats, Timings, WindowHooks } from '../load/job';
import { cpuBetween, readCpu, type CpuUse, type Roots } from './processes';
import { median, summarizeSteps, type Summary } from './statistics';

/** One load, and what the machine did in its window. */
export interface Phase extends LoadResult {
  /** Null where the kernel does not tell. */
  cpu: CpuUse | null;
  /** Of orders alone. */
  repeats?: Repeats;
}

/** What several loads of the same kind say together. */
export interface PhaseSummary {
  /** The median of the rounds. */
  perSecond: number;
  perSecondByRound: number[];
  /** In milliseconds, of all rounds together, by step. */
  latency: Record<string, Summary | null>;
  /** Milliseconds of processor time for each that was done, by process. Null where the kernel does not tell. */
  cpuMsEach: Record<string, number> | null;
  /** Cores that programs have used which are no part of this: what else the machine was doing. */
  otherCores: number | null;
  failed: number;
  failures: string[];
  /** Null of bare workflows. */
  repeats: Repeats | null;
}

/** Runs a load, and notes processor time when its window opens and closes. */
export async function measure<R extends LoadResult>(
  roots: Roots,
  load: (hooks: WindowHooks) => Promise<R>,
): Promise<R & Phase> {
  let opened: CpuUse | null = null;
  let closed: CpuUse | null = null;
  const result = await load({
    opened: () => (opened = readCpu(roots)),
    closed: () => (closed = readCpu(roots)),
  });
  return { ...result, cpu: opened && closed && cpuBetween(opened, closed) };
}

/** Throws when nothing was done in any of them: there is nothing to be said then. */
export function summarizePhases(phases: readonly Phase[]): PhaseSummary {
  const done = phases.flatMap((phase): readonly Timings[] => phase.done);
  const failures = phases.flatMap((phase) => phase.failures);
  if (done.length === 0) throw new Error(`nothing came to its end: ${failures[0] ?? 'the window was too short'}`);
  const rates = phases.map((phase) => (1_000 * phase.done.length) / phase.windowMs);
  return {
    perSecond: median(rates),
    perSecondByRound: rates,
    latency: summarizeSteps(done),
    ...cpuOf(phases, done.length),
    failed: failures.length,
    failures: [...new Set(failures)].slice(0, failuresShown),
    repeats: repeatsOf(phases),
  };
}

const failuresShown = 5;

function repeatsOf(phases: readonly Phase[]): Repeats | null {
  const all = phases.flatMap(({ repeats }) => repeats ?? []);
  const total = (name: keyof Repeats) => sum(all.map((repeats) => repeats[name]));
  return all.length === 0
    ? null
    : { accepted: total('accepted'), unavailable: total('unavailable'), cancelled: total('cancelled') };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function cpuOf(phases: readonly Phase[], doneCount: number): Pick<PhaseSummary, 'cpuMsEach' | 'otherCores'> {
  const uses = phases.flatMap(({ cpu }) => cpu ?? []);
  if (uses.length < phases.length) return { cpuMsEach: null, otherCores: null };
  const names = Object.keys(uses[0]?.processes ?? {});
  const total = (name: string) => sum(uses.map(({ processes }) => processes[name] ?? 0));
  const otherMs = sum(uses.map(({ machineMs }) => machineMs)) - sum(names.map(total));
  return {
    cpuMsEach: Object.fromEntries(names.map((name) => [name, total(name) / doneCount])),
    // Below zero by rounding alone: the kernel counts both in ticks.
    otherCores: Math.max(0, otherMs / sum(phases.map(({ windowMs }) => windowMs))),
  };
}
