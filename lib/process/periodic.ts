/** Work that a process repeats beside its main one. */
import { setTimeout as sleep } from 'node:timers/promises';

interface PeriodicWork {
  /** From the end of one run to the begin of the next: runs never overlap. */
  everyMs: number;
  /** Aborted at the stop: long work then ends early. */
  run: (stopping: AbortSignal) => Promise<void>;
  /** The next run tries again. */
  onError: (error: unknown) => void;
}

/** Runs at once, and then again and again until closed. */
export function startPeriodic({ everyMs, run, onError }: PeriodicWork) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const repeat = async (): Promise<void> => {
    while (!signal.aborted) {
      await run(signal).catch(onError);
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const ended = repeat();
  return {
    /** Resolves when a run in progress has ended. */
    close(): Promise<void> {
      stopping.abort();
      return ended;
    },
  };
}
