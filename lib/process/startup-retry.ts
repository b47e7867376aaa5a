import type { Log } from '../logging/log';
import { withTimeout } from './timeout';

/** Thrown when a dependency has not become available within the start limit; the message names it. */
export class StartupTimeoutError extends Error {
  override readonly name = 'StartupTimeoutError';
}

/** How a process waits for its dependencies at the start: for all of them together no longer than its limit. */
export type StartupRetry = ReturnType<typeof createStartupRetry>;

const maxDelayMs = 5_000;
/** What an attempt at the very limit may still take. */
const lastAttemptMs = 1_000;
/** Longer than each of our clients takes to report that it cannot connect: its error says more than a timeout. */
const defaultAttemptMs = 10_000;

/** @param attemptMs The timeout of one attempt: the server may have accepted the connection and stay silent, and answer the next one. */
export function createStartupRetry(limitMs: number, log: Log, attemptMs = defaultAttemptMs) {
  const deadline = Date.now() + limitMs;
  const timedOut = (what: string, reason: string): StartupTimeoutError =>
    new StartupTimeoutError(`timed out after ${limitMs} ms waiting for ${what}: ${reason}`);
  const remainingMs = (): number => Math.max(deadline - Date.now(), 0);

  return {
    /** Retries the check with a growing delay, logs each failure, and returns the check's value. Throws StartupTimeoutError. */
    async waitFor<T>(what: string, check: () => Promise<T>): Promise<T> {
      for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, maxDelayMs)) {
        try {
          return await withTimeout(Math.min(Math.max(remainingMs(), lastAttemptMs), attemptMs), check());
        } catch (error) {
          const reason = errorSummary(error);
          if (remainingMs() === 0) throw timedOut(what, reason);
          const retryInMs = Math.min(delayMs, remainingMs());
          log.warn({ event: 'waiting-for-dependency', what, reason, retryInMs }, `waiting for ${what}`);
          await new Promise((resolve) => setTimeout(resolve, retryInMs));
        }
      }
    },
    /** The same for a client that retries on its own. Throws StartupTimeoutError. */
    async until(what: string, promise: Promise<unknown>): Promise<void> {
      try {
        await withTimeout(remainingMs(), promise);
      } catch (error) {
        throw timedOut(what, errorSummary(error));
      }
    },
  };
}

/** The last line of an error's message, or its code or name when there is none. */
export function errorSummary(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const last = error.message.trim().split('\n').at(-1);
  return last || ('code' in error ? String(error.code) : error.name);
}

/** The host and port of a URL, without its password. */
export const hostOf = (url: string): string => new URL(url).host;
