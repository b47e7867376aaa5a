import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, type Job, type LoadResult, type Timings, type WindowHooks } from './job';

export interface ClosedLoop {
  /** So many jobs are under way at any time: whoever has finished one begins the next. */
  concurrency: number;
  /** Before the window: all begin at once, and the first ones end together. */
  rampMs: number;
  /** At least: it stays open until as many have ended in it as are under way at a time. */
  windowMs: number;
}

/**
 * Runs the job in a closed loop and counts what ends in the window. What is under way at its end is waited for and left out,
 * so neither the beginning nor the end of the load shows in the rate.
 */
export async function closedLoop(
  job: Job,
  { concurrency, rampMs, windowMs }: ClosedLoop,
  hooks: WindowHooks,
): Promise<LoadResult> {
  const done: Timings[] = [];
  const failures: string[] = [];
  let inWindow = false;
  let over = false;
  const worker = async (): Promise<void> => {
    while (!over) {
      try {
        const timings = await job();
        if (inWindow) done.push(timings);
      } catch (error) {
        failures.push(messageOf(error));
        await sleep(failurePauseMs);
      }
    }
  };
  const workers = Array.from({ length: concurrency }, worker);
  await sleep(rampMs);
  hooks.opened();
  inWindow = true;
  const openedAt = performance.now();
  await sleep(windowMs);
  while (done.length < concurrency && performance.now() - openedAt < longestWindowMs) await sleep(lookEveryMs);
  inWindow = false;
  over = true;
  const tookMs = performance.now() - openedAt;
  hooks.closed();
  await Promise.all(workers);
  return { windowMs: tookMs, done, failures };
}

/** A job that fails at once must not become a flood. */
const failurePauseMs = 100;

/** What has not ended by then will hardly. */
const longestWindowMs = 30_000;
const lookEveryMs = 20;
