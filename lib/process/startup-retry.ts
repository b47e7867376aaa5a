import type { Log } from '../logging/log';
import { withTimeout } from './timeout';

/** Thrown when something that a process needs has not come within its start limit; the message names it. */
export class StartupTimeoutError extends Error {
  override readonly name = 'StartLimitError';
}

/** How a process waits at its start for what it needs: for everything together no longer than its limit. */
export interface StartupRetry {
  /** Tries again with a growing delay, and logs each failed try. Throws StartLimitError. */
  waitFor(what: string, check: () => Promise<unknown>): Promise<void>;
  /** The same for what tries by itself. Throws StartLimitError. */
  until(what: string, promise: Promise<unknown>): Promise<void>;
}

const longestDelayMs = 5_000;
/** What the try at the limit may take. */
const lastTryMs = 1_000;
/** Above what each of our clients takes to say itself that it cannot connect: that says more. */
const longestTryMs = 10_000;

/** @param tryLimitMs After this a try counts as failed: the server took the connection and was silent, and may answer the next one. */
export function createStartupRetry(limitMs: number, log: Log, tryLimitMs = longestTryMs): StartupRetry {
  const giveUpAt = Date.now() + limitMs;
  const givenUp = (what: string, reason: string): StartupTimeoutError =>
    new StartupTimeoutError(`waited ${limitMs} ms in vain for ${what}: ${reason}`);
  const remainingMs = (): number => Math.max(giveUpAt - Date.now(), 0);

  return {
    async waitFor(what, check) {
      for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
        try {
          await withTimeout(Math.min(Math.max(remainingMs(), lastTryMs), tryLimitMs), check());
          return;
        } catch (err) {
          const reason = reasonOf(err);
          if (remainingMs() === 0) throw givenUp(what, reason);
          const retryInMs = Math.min(delayMs, remainingMs());
          log.warn({ event: 'waiting', what, reason, retryInMs }, `waiting for ${what}`);
          await new Promise((resolve) => setTimeout(resolve, retryInMs));
        }
      }
    },
    async until(what, promise) {
      try {
        await withTimeout(remainingMs(), promise);
      } catch (err) {
        throw givenUp(what, reasonOf(err));
      }
    },
  };
}

/** What an error says, in one line. */
export function reasonOf(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  const [first = ''] = err.message
    .split('\n')
    .reverse()
    .filter((line) => line.trim() !== '');
  return first || ('code' in err ? String(err.code) : err.name);
}

/** Where a URL points, without the password that it may have. */
export const hostOf = (url: string): string => new URL(url).host;
