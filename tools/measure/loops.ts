import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../cli/cli';

/** Milliseconds by step. */
export type Timings = Readonly<Record<string, number>>;

/** One unit of work, identified by its workflow or order id. A rejection counts as a failure. */
export type Job = (dueAt?: number) => Promise<{ id: string; timings: Timings }>;

export interface LoadResult {
  windowMs: number;
  done: Timings[];
  /** Of the jobs in `done`. */
  ids: string[];
  /** Messages of all failures, outside the window too. */
  failures: string[];
}

export interface WindowHooks {
  opened(): void;
  closed(): void;
}

export interface ClosedLoop {
  /** Jobs in flight at any time. */
  concurrency: number;
  /** Precedes the window: all workers start at once, so their first jobs end together. */
  rampMs: number;
  windowMs: number;
  /** The window stays open until this many jobs have ended in it; by default as many as are in flight. */
  minJobs?: number;
  /** The window then closes in any case. */
  maxWindowMs?: number;
}

const pollMs = 20;
/** Keeps a job that fails at once from flooding the system. */
const failurePauseMs = 100;

/** Runs jobs in a closed loop and counts those that end in the window. Jobs in flight when it closes are awaited, but not counted. */
export async function closedLoop(job: Job, loop: ClosedLoop, hooks: WindowHooks): Promise<LoadResult> {
  const { concurrency, rampMs, windowMs: minMs, minJobs = concurrency, maxWindowMs = 30_000 } = loop;
  const { run, ...result } = createCounter();
  let state: 'ramp' | 'window' | 'over' = 'ramp';
  const isOver = () => state === 'over'; // changes while a worker awaits
  const worker = async (): Promise<void> => {
    while (!isOver()) if (!(await run(job(), () => state === 'window'))) await sleep(failurePauseMs);
  };
  const workers = Array.from({ length: concurrency }, worker);
  await sleep(rampMs);
  hooks.opened();
  state = 'window';
  const openedAt = performance.now();
  const elapsed = () => performance.now() - openedAt;
  await sleep(minMs);
  while (result.done.length < minJobs && elapsed() < maxWindowMs) await sleep(pollMs);
  state = 'over';
  const windowMs = elapsed();
  hooks.closed();
  await Promise.all(workers);
  return { windowMs, ...result };
}

export interface OpenLoop {
  perSecond: number;
  rampMs: number;
  windowMs: number;
}

/** Starts jobs at a fixed rate, each with the time at which it was due: latency counts from then, so a backlog counts as waiting time. */
export async function openLoop(job: Job, loop: OpenLoop, hooks: WindowHooks): Promise<LoadResult> {
  const { perSecond, rampMs, windowMs } = loop;
  const { run, ...result } = createCounter();
  const start = performance.now();
  const jobs: Promise<boolean>[] = [];
  let opened = false;
  for (const due of dueTimes(perSecond, rampMs + windowMs)) {
    const counts = due >= rampMs;
    await sleepUntil(start + due);
    if (counts && !opened) hooks.opened();
    opened = counts;
    jobs.push(run(job(start + due), () => counts));
  }
  await sleepUntil(start + rampMs + windowMs);
  hooks.closed();
  await Promise.all(jobs);
  return { windowMs, ...result };
}

/** When each job is due, in milliseconds from the start. */
export function dueTimes(perSecond: number, durationMs: number): number[] {
  const intervalMs = 1_000 / perSecond;
  return Array.from({ length: Math.floor(durationMs / intervalMs) }, (_, i) => i * intervalMs);
}

async function sleepUntil(time: number): Promise<void> {
  const leftMs = time - performance.now();
  if (leftMs > 0) await sleep(leftMs);
}

/** Removed from messages, so that the same failure of many orders is one. */
const uuid = /[0-9a-f]{8}-[0-9a-f-]{27}/g;

function createCounter() {
  const done: Timings[] = [];
  const ids: string[] = [];
  const failures: string[] = [];
  /** Counts the job if `counts` holds when it has ended. Resolves to false if it failed. */
  const run = async (job: ReturnType<Job>, counts: () => boolean): Promise<boolean> => {
    try {
      const { id, timings } = await job;
      if (counts()) {
        done.push(timings);
        ids.push(id);
      }
      return true;
    } catch (error) {
      failures.push(messageOf(error).replace(uuid, ':id'));
      return false;
    }
  };
  return { done, ids, failures, run };
}
