import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { Log } from '../logging/log';
import { parseBody } from './body';
import type { BrokerConnection } from './connection';
import type { Publisher } from './publisher';
import { createRetries, type RetryOptions } from './retries';
import { unsignedReason } from './signature';
import { subscribe, type Consumer, type Delivery } from './subscription';

export interface InOrderOptions<T> extends RetryOptions {
  /** A body that does not match is dead-lettered. */
  schema: z.ZodType<T>;
  /**
   * Handles messages in the order of the queue, all at once: those that have arrived while the ones before them were handled. Idempotent, as a message
   * may come again. When it fails it is called again with the same ones, and what is behind them waits: nothing is overtaken.
   */
  handle: (bodies: T[]) => Promise<void>;
}

interface Waiting<T> {
  body: T;
  delivery: Delivery;
  settle: (isHandled: boolean) => void;
}

/** Ends early when the messages are abandoned. */
const pause = (ms: number, [first]: Waiting<unknown>[]): Promise<void> =>
  sleep(ms, undefined, first && { signal: first.delivery.abandoned }).catch(() => undefined);

/** Unsettled messages of one process, and so the most that one call handles. */
const prefetch = 500;
/** What comes within this time is handled together, and within four times as long as the last call took: the busier the system, the less each costs. */
const gatherMs = 25;
const minPauseMs = 100;
const maxPauseMs = 5_000;

/**
 * Consumes a queue in order until stopped. The queue lets one process consume at a time (`x-single-active-consumer`); the others stand by.
 * Given a signature, what is unsigned is dead-lettered.
 */
export function consumeInOrder<T>(
  connection: BrokerConnection,
  publisher: Publisher,
  { schema, handle, ...options }: InOrderOptions<T>,
): Promise<Consumer> {
  const { queue, metrics, log, signature } = options;
  metrics.expect(queue);
  const { deadLetter } = createRetries(publisher, options);
  const line = createLine(queue, handle, log);

  return subscribe(connection, publisher, {
    queue,
    prefetch,
    drain: true,
    log,
    async handle(delivery) {
      const { message } = delivery;
      const since = performance.now();
      const settled = (outcome: 'handled' | 'dead' | 'unsettled') =>
        metrics.message(queue, outcome, (performance.now() - since) / 1_000, 1);
      const body = parseBody(message.content, schema);
      const refused = signature?.verify(message) === false ? unsignedReason : body.ok ? undefined : body.reason;
      if (refused !== undefined || !body.ok) {
        await deadLetter(delivery, refused ?? '');
        settled('dead');
        return true;
      }
      const isHandled = await line.handled(body.value, delivery);
      settled(isHandled ? 'handled' : 'unsettled');
      return isHandled;
    },
  });
}

/** The messages that wait for their turn. */
function createLine<T>(queue: string, handle: (bodies: T[]) => Promise<void>, log: Log) {
  let waiting: Waiting<T>[] = [];
  let isRunning = false;

  /** Those that the broker has not taken back: it delivers them again. */
  const next = () => {
    const [here, gone] = [false, true].map((is) => waiting.filter((each) => each.delivery.abandoned.aborted === is));
    gone?.forEach(({ settle }) => settle(false));
    waiting = [];
    return here ?? [];
  };
  /** Until all that has arrived is handled. */
  const run = async (): Promise<void> => {
    isRunning = true;
    let tookMs = 0;
    for (let pauseMs = minPauseMs; waiting.length > 0;) {
      await pause(Math.max(gatherMs, 4 * tookMs), waiting);
      const batch = next();
      if (batch.length === 0) continue;
      const since = performance.now();
      try {
        await handle(batch.map(({ body }) => body));
        for (const { settle } of batch) settle(true);
        tookMs = performance.now() - since;
        pauseMs = minPauseMs;
      } catch (error) {
        const count = batch.length;
        log.warn({ event: 'messages-waiting', queue, count, err: error }, 'could not handle messages; trying again');
        waiting = [...batch, ...waiting];
        await pause(pauseMs, batch);
        pauseMs = Math.min(pauseMs * 2, maxPauseMs);
      }
    }
    isRunning = false;
  };
  return {
    /** Resolves when the message has been handled, or false when the broker has taken it back before. */
    handled: (body: T, delivery: Delivery): Promise<boolean> =>
      new Promise((settle) => {
        waiting.push({ body, delivery, settle });
        if (!isRunning) void run();
      }),
  };
}
