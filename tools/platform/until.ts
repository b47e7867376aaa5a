import { setTimeout as sleep } from 'node:timers/promises';

const standardTimeoutMs = 60_000; // far above what a busy machine takes
const pollMs = 25;

/** Polls until the condition is neither undefined nor false; one that throws is not yet met. Throws on timeout, with the last result as cause. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = standardTimeoutMs,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await sleep(pollMs);
  }
  throw new Error(`timed out after ${timeoutMs} ms: ${what}`, { cause: last });
}
