import { monitorEventLoopDelay } from 'node:perf_hooks';

/** A client notices a process that stands still for so long. */
const maxDelayMs = 1_000;
const windowMs = 10_000;
const windows = 3;

/**
 * Watches how long the event loop stands still: requests, health checks and heartbeats wait for as long. The check rejects after a standstill
 * of more than a second, for about half a minute.
 */
export function watchEventLoop({ limitMs = maxDelayMs, everyMs = windowMs } = {}) {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  histogram.enable();
  const past: number[] = [];
  const longestMs = (): number => histogram.max / 1e6;
  const timer = setInterval(() => {
    past.unshift(longestMs());
    past.length = Math.min(past.length, windows);
    histogram.reset();
  }, everyMs).unref();
  return {
    check: async (): Promise<void> => {
      const delayMs = Math.round(Math.max(longestMs(), ...past));
      if (delayMs > limitMs) throw new Error(`the event loop stood still for ${delayMs} ms`);
    },
    close: (): void => {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
