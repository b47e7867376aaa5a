import type { Log } from '../logging/log';

/** Settles as the promise does; rejects after `timeoutMs` if it has not settled. The work behind it is not cancelled. */
export async function withTimeout<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Takes a step of a shutdown. Never rejects: at worst, the other side notices when this process has ended. */
export async function tryToClose(step: () => Promise<unknown>, log: Log, timeoutMs: number): Promise<void> {
  try {
    await withTimeout(timeoutMs, step());
  } catch (error) {
    log.debug({ event: 'close-failed', err: error }, 'a connection did not close cleanly');
  }
}
