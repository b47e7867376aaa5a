import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumeMessage } from 'amqplib';
import { deadQueue, retryQueue } from '../../contracts/names';
import type { Log } from '../logging/log';
import { BrokerUnavailableError, type ServiceFault } from './errors';
import { toQueue } from './message';
import { copyProperties, historyOf, type History } from './message-copy';
import type { Publisher } from './publisher';
import { unsignedReason, type Signature } from './signature';
import type { Delivery } from './subscription';
import type { BrokerMetrics, MessageOutcome } from './telemetry';

export interface RetryOptions {
  /** Its retry and dead queues are named after it (contracts/names.ts). */
  queue: string;
  appId: string;
  /** Verifies messages. Without one, none is verified. */
  signature?: Signature | undefined;
  metrics: Pick<BrokerMetrics, 'expect' | 'message'>;
  log: Log;
}

/** Attempts at an event, which no sender repeats, including those that lost a consumer; then it is dead-lettered. */
export const maxAttempts = 20;
/** Messages of each queue that one process holds until their next attempt; more of them wait in the broker. */
export const retryPrefetch = 1_000;
/** Long enough that all attempts together outlast an outage of three quarters of an hour: waiting costs nothing. */
const maxBackoffMs = 5 * 60_000;

const backoffMs = (attempts: number): number => Math.min(100 * 2 ** attempts, maxBackoffMs);

/** Moves failed messages to the retry queue or the dead queue. Each resolves with the outcome once the broker has confirmed the copy. */
export function createRetries(publisher: Publisher, { queue, appId, signature, metrics, log }: RetryOptions) {
  /** A copy of a message that the broker has redelivered would turn one poison message into many. */
  const copyTo = async (to: string, { message, lost }: Delivery, history: History): Promise<void> => {
    if (lost.aborted) throw new BrokerUnavailableError('the message has returned to its queue');
    await publisher.publishCopy(toQueue(to), message.content, copyProperties(message, appId, history));
  };

  const deadLetter = async (delivery: Delivery, failure: Failure): Promise<MessageOutcome> => {
    const { attempts, reason } = failure;
    log.error({ event: 'message-dead', queue, reason, attempts }, 'a message went to the dead queue');
    await copyTo(deadQueue(queue), delivery, { ...failure, queue, diedAt: new Date().toISOString() });
    return 'dead';
  };

  /** A waiting message must not occupy the prefetch of those behind it. */
  const scheduleRetry = async (delivery: Delivery, failure: Failure, delayMs: number): Promise<MessageOutcome> => {
    const retryAt = new Date(Date.now() + delayMs).toISOString();
    await copyTo(retryQueue(queue), delivery, { ...failure, reason: undefined, retryAt });
    return 'retried';
  };

  return {
    deadLetter: (delivery: Delivery, reason: string) => deadLetter(delivery, failureOf(delivery.message, reason)),

    /** Schedules the next attempt at an event, or dead-letters it when no retry can help or none is left. */
    retry: async (delivery: Delivery, fault: ServiceFault): Promise<MessageOutcome> => {
      const failure = failureOf(delivery.message, `${fault.code}: ${fault.message}`);
      if (!fault.retryable || failure.attempts >= maxAttempts) return deadLetter(delivery, failure);
      return scheduleRetry(delivery, failure, backoffMs(failure.attempts));
    },

    /**
     * A consumer was lost over an event. This message may have killed it, so the attempt is counted before the message is handled. The
     * random delay separates it from innocent messages that were in flight with it: those are done before it is retried.
     */
    retryAfterLostConsumer: async (delivery: Delivery): Promise<MessageOutcome> => {
      const failure = failureOf(delivery.message, 'CONSUMER_LOST: perhaps over this message');
      if (failure.attempts >= maxAttempts) return deadLetter(delivery, failure);
      return scheduleRetry(delivery, failure, Math.random() * backoffMs(failure.attempts));
    },

    /** Holds a message of the retry queue until it is due. With a signature, what no consumer of the platform put there is dead-lettered. */
    release: async (delivery: Delivery): Promise<boolean> => {
      const { message, lost } = delivery;
      const { text, count } = historyOf(message);
      const attempts = count('attempts');
      if (signature?.verify(message) === false) {
        metrics.message(queue, await deadLetter(delivery, { attempts, reason: unsignedReason }), 0, attempts);
        return true;
      }
      // The clock of the machine that wrote the time may be wrong: that costs the longest backoff at most.
      const delayMs = Math.min(Math.max((Date.parse(text('retryAt') ?? '') || 0) - Date.now(), 0), maxBackoffMs);
      await sleep(delayMs, undefined, { signal: lost }).catch(() => undefined);
      if (lost.aborted) return false;
      const first = { firstReason: text('firstReason'), firstFailedAt: text('firstFailedAt') };
      await copyTo(queue, delivery, { attempts, ...first });
      return true;
    },
  };
}

type Failure = History & { attempts: number; reason: string };

/** This failed attempt, and the message's first. */
function failureOf(message: ConsumeMessage, reason: string): Failure {
  const { text, count } = historyOf(message);
  const attempts = count('attempts') + 1;
  const shortReason = reason.slice(0, 1000); // it may quote the message
  const [firstReason, firstFailedAt] = attempts > 1 ? [text('firstReason'), text('firstFailedAt')] : [];
  return {
    attempts,
    reason: shortReason,
    firstReason: (firstReason ?? shortReason).slice(0, 1000),
    firstFailedAt: (firstFailedAt ?? new Date().toISOString()).slice(0, 30),
  };
}
