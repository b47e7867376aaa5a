import { cpus, loadavg, totalmem } from 'node:os';
import { closedLoop, openLoop, type ClosedLoop, type Job, type LoadResult, type OpenLoop } from '../../measure/loops';
import { readCpu, type Roots } from '../../measure/processes';
import { median, sum, summarizeSteps } from '../../measure/statistics';

export interface Phase extends LoadResult {
  /** As `readCpu` names it. Null without /proc. */
  cpuMs: Record<string, number> | null;
  /** How often something was tried again; orders only. */
  retries?: Record<string, number>;
}

export type Load = ClosedLoop | OpenLoop;

export async function measure(roots: Roots, job: Job, load: Load): Promise<Phase> {
  const readings: ReturnType<typeof readCpu>[] = [];
  const read = () => void readings.push(readCpu(roots));
  const hooks = { opened: read, closed: read };
  const result = await ('perSecond' in load ? openLoop(job, load, hooks) : closedLoop(job, load, hooks));
  const [from, to] = readings;
  const used = Object.entries(to ?? {}).map(([name, ms]) => [name, ms - (from?.[name] ?? 0)] as const);
  return { ...result, cpuMs: from && to ? Object.fromEntries(used) : null };
}

export type PhaseSummary = ReturnType<typeof summarizePhases>;

const maxFailures = 5;

/** Summarizes rounds of the same load. Throws when no job ended in any of the windows. */
export function summarizePhases(phases: readonly Phase[]) {
  const done = phases.flatMap((phase) => phase.done);
  const failures = phases.flatMap((phase) => phase.failures);
  if (done.length === 0) throw new Error(`no job ended: ${failures[0] ?? 'the window was too short'}`);
  const perSecondByRound = phases.map((phase) => (1_000 * phase.done.length) / phase.windowMs);
  const retries = phases.map((phase) => phase.retries).filter((each) => each !== undefined);
  return {
    perSecond: median(perSecondByRound),
    perSecondByRound,
    /** Milliseconds by step, of all rounds together. */
    latency: summarizeSteps(done),
    ...summarizeCpu(phases, done.length),
    failed: failures.length,
    failures: [...new Set(failures)].slice(0, maxFailures),
    /** Null for bare workflows. */
    retries: retries.length > 0 ? addUp(retries) : null,
  };
}

function summarizeCpu(phases: readonly Phase[], jobs: number) {
  const used = phases.map(({ cpuMs }) => cpuMs).filter((cpuMs) => cpuMs !== null);
  const { machine = 0, ...processes } = addUp(used);
  const isKnown = used.length === phases.length;
  const otherMs = Math.max(0, machine - sum(Object.values(processes))); // ticks round below zero
  return {
    /** Milliseconds of processor time per job, by process. Null without /proc. */
    cpuMsEach: isKnown ? Object.fromEntries(Object.entries(processes).map(([name, ms]) => [name, ms / jobs])) : null,
    /** Cores used by programs that are not part of the benchmark. Null without /proc. */
    otherCores: isKnown ? otherMs / sum(phases.map(({ windowMs }) => windowMs)) : null,
  };
}

/** Field by field. The records have the same fields. */
function addUp<Field extends string>(records: readonly Record<Field, number>[]): Record<Field, number> {
  const names = Object.keys(records[0] ?? {}) as Field[];
  const totals = names.map((name) => [name, sum(records.map((record) => record[name]))]);
  return Object.fromEntries(totals) as Record<Field, number>;
}

/** What an idle machine's own programs use. */
const quietCores = 0.1;

/** Call before the run. The returned function completes the conditions after it. */
export function readConditions() {
  const startedAt = new Date();
  const loadBefore = loadavg()[0] ?? 0;
  return (phases: readonly PhaseSummary[]) => {
    const others = phases.flatMap(({ otherCores }) => otherCores ?? []);
    /** The most that programs outside the benchmark used in a phase. Null without /proc. */
    const otherCores = others.length > 0 ? Math.max(...others) : null;
    const cores = `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GB`;
    return {
      machine: `${cores}, ${process.platform} ${process.arch}, Node ${process.versions.node}`,
      startedAt: startedAt.toISOString(),
      seconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
      loadBefore,
      otherCores,
      /** Other programs used the machine, so the figures are only a hint. */
      provisional: otherCores === null || otherCores > quietCores,
    };
  };
}
