import { setTimeout as sleep } from 'node:timers/promises';
import { deadQueue } from '../../contracts/names';
import type { ConsumerOptions } from './consumer-options';
import { copyProperties, courseOf } from './message-copy';
import type { Work } from './deliveries';
import { toQueue } from './destination';
import type { Publisher } from './publisher';
import { unsigned } from './signature';

/** Messages that wait for their next attempt in one process at a time, for each queue; more of them wait in the broker. */
export const heldAtATime = 1_000;
/** Long enough that all attempts together outlast an outage of three quarters of an hour: waiting costs nothing. */
const longestWaitMs = 5 * 60_000;

/** How long a message waits after so many attempts. */
export const backoffMs = (attempts: number): number => Math.min(100 * 2 ** attempts, longestWaitMs);

type HoldOptions = Pick<ConsumerOptions<unknown>, 'queue' | 'appId' | 'signature' | 'metrics' | 'log'>;

/**
 * Keeps each message of the retry queue until its next attempt is due, then puts it back into its queue. With a signature nobody but a
 * consumer of ours has a message tried again: what others put there goes to the dead queue.
 */
export function createHold(publisher: Publisher, options: HoldOptions): Work {
  const { queue, appId, signature, metrics, log } = options;
  return async ({ message, lost }) => {
    const { text, count } = courseOf(message);
    if (signature?.fits(message) === false) {
      log.error({ event: 'message-dead', queue, reason: unsigned }, 'a message went to the dead queue');
      const course = { reason: unsigned, queue, attempts: count('attempts'), diedAt: new Date().toISOString() };
      await publisher.publishCopy(toQueue(deadQueue(queue)), message.content, copyProperties(message, appId, course));
      metrics.message(queue, 'dead', 0, count('attempts'));
      return true;
    }
    const dueAt = Date.parse(text('retryAt') ?? '') || 0;
    // Another machine's clock may be wrong: it costs no more than the longest wait.
    const waitMs = Math.min(Math.max(dueAt - Date.now(), 0), longestWaitMs);
    await sleep(waitMs, undefined, { signal: lost }).catch(() => undefined);
    if (lost.aborted) return false;
    const course = {
      attempts: count('attempts'),
      firstReason: text('firstReason'),
      firstFailedAt: text('firstFailedAt'),
    };
    await publisher.publishCopy(toQueue(queue), message.content, copyProperties(message, appId, course));
    return true;
  };
}
