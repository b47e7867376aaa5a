import type { Log } from './log';

/** Waits for what a process needs at its start, trying again with a growing delay. Throws the last error when the limit has passed. */
export async function waitFor(what: string, check: () => Promise<unknown>, log: Log, limitMs = 120_000): Promise<void> {
  const giveUpAt = Date.now() + limitMs;
  for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, 5_000)) {
    try {
      await check();
      return;
    } catch (err) {
      if (Date.now() + delayMs > giveUpAt) throw err;
      log.warn({ event: 'waiting', what, retryInMs: delayMs, err }, `waiting for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
