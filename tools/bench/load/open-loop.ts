import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, type LoadResult, type Timings, type WindowHooks } from './job';

export interface OpenLoop {
  perSecond: number;
  rampMs: number;
  windowMs: number;
}

/**
 * Begins jobs at a fixed rate, whatever has become of those before. Each job is told when it was due, and counts its time from
 * then: one that begins late, because the driver or the system was busy, has waited, and so would have its customer. (A closed loop
 * asks less while the system is slow, and so leaves out the very answers that matter.)
 */
export async function openLoop(
  job: (dueAt: number) => Promise<Timings>,
  { perSecond, rampMs, windowMs }: OpenLoop,
  hooks: WindowHooks,
): Promise<LoadResult> {
  const done: Timings[] = [];
  const failures: string[] = [];
  const start = performance.now();
  const dues = dueTimes(perSecond, rampMs + windowMs);
  const underWay: Promise<void>[] = [];
  let opened = false;
  for (const due of dues) {
    const counts = due >= rampMs;
    await sleepUntil(start + due);
    if (counts && !opened) {
      hooks.opened();
      opened = true;
    }
    underWay.push(
      job(start + due).then(
        (timings) => void (counts && done.push(timings)),
        (error: unknown) => void failures.push(messageOf(error)),
      ),
    );
  }
  await sleepUntil(start + rampMs + windowMs);
  hooks.closed();
  await Promise.all(underWay);
  return { windowMs, done, failures };
}

/** When each job is due, in milliseconds from the start. */
export function dueTimes(perSecond: number, durationMs: number): number[] {
  const everyMs = 1_000 / perSecond;
  return Array.from({ length: Math.floor(durationMs / everyMs) }, (_, i) => i * everyMs);
}

async function sleepUntil(time: number): Promise<void> {
  const leftMs = time - performance.now();
  if (leftMs > 0) await sleep(leftMs);
}
