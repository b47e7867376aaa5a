import type { LoadResult, WindowHooks } from '../loops';
import { cpuBetween, readCpu, type CpuUse, type Roots } from './processes';
import { median, sum, summarizeSteps, type Summary } from './statistics';

/** How often the driver retried or gave up, as a client would. */
export interface Retries {
  /** After 202: accepted, not done yet. */
  accepted: number;
  /** After 503. */
  unavailable: number;
  /** Failed orders, cancelled so that they do not keep an agent. */
  cancelled: number;
}

/** One load, and the processor time in its window. */
export interface Phase extends LoadResult {
  /** Null without /proc. */
  cpu: CpuUse | null;
  /** Orders only. */
  retries?: Retries;
}

/** Several rounds of the same load. */
export interface PhaseSummary {
  /** Median of the rounds. */
  perSecond: number;
  perSecondByRound: number[];
  /** Milliseconds by step, of all rounds together. */
  latency: Record<string, Summary | null>;
  /** Milliseconds of processor time per job, by process. Null without /proc. */
  cpuMsEach: Record<string, number> | null;
  /** Cores used by programs that are not part of the benchmark. Null without /proc. */
  otherCores: number | null;
  failed: number;
  failures: string[];
  /** Null for bare workflows. */
  retries: Retries | null;
}

/** Runs a load, and reads processor time when its window opens and closes. */
export async function measure(roots: Roots, load: (hooks: WindowHooks) => Promise<LoadResult>): Promise<Phase> {
  let opened: CpuUse | null = null;
  let closed: CpuUse | null = null;
  const result = await load({
    opened: () => (opened = readCpu(roots)),
    closed: () => (closed = readCpu(roots)),
  });
  return { ...result, cpu: opened && closed && cpuBetween(opened, closed) };
}

const maxFailures = 5;

/** Throws when no job ended in any of the windows. */
export function summarizePhases(phases: readonly Phase[]): PhaseSummary {
  const done = phases.flatMap((phase) => phase.done);
  const failures = phases.flatMap((phase) => phase.failures);
  if (done.length === 0) throw new Error(`no job ended: ${failures[0] ?? 'the window was too short'}`);
  const perSecondByRound = phases.map((phase) => (1_000 * phase.done.length) / phase.windowMs);
  return {
    perSecond: median(perSecondByRound),
    perSecondByRound,
    latency: summarizeSteps(done),
    ...summarizeCpu(phases, done.length),
    failed: failures.length,
    failures: [...new Set(failures)].slice(0, maxFailures),
    retries: sumRetries(phases.flatMap(({ retries }) => retries ?? [])),
  };
}

function sumRetries(all: readonly Retries[]): Retries | null {
  if (all.length === 0) return null;
  const total = (kind: keyof Retries) => sum(all.map((retries) => retries[kind]));
  return { accepted: total('accepted'), unavailable: total('unavailable'), cancelled: total('cancelled') };
}

function summarizeCpu(phases: readonly Phase[], jobs: number): Pick<PhaseSummary, 'cpuMsEach' | 'otherCores'> {
  const uses = phases.flatMap(({ cpu }) => cpu ?? []);
  if (uses.length < phases.length) return { cpuMsEach: null, otherCores: null };
  const names = Object.keys(uses[0]?.processes ?? {});
  const total = (name: string) => sum(uses.map(({ processes }) => processes[name] ?? 0));
  const otherMs = sum(uses.map(({ machineMs }) => machineMs)) - sum(names.map(total));
  return {
    cpuMsEach: Object.fromEntries(names.map((name) => [name, total(name) / jobs])),
    otherCores: Math.max(0, otherMs / sum(phases.map(({ windowMs }) => windowMs))), // ticks round below zero
  };
}
