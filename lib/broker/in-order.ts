import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
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
const prefetch = 200;
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
  let waiting: Waiting<T>[] = [];
  let running = false;

  /** Until all that has arrived is handled. A message that the broker has taken back comes again. */
  const run = async (): Promise<void> => {
    if (running) return;
    running = true;
    for (let pauseMs = minPauseMs; waiting.length > 0;) {
      const batch = waiting.filter(({ delivery }) => !delivery.abandoned.aborted);
      for (const gone of waiting.filter((each) => !batch.includes(each))) gone.settle(false);
      waiting = [];
      if (batch.length === 0) continue;
      try {
        await handle(batch.map(({ body }) => body));
        for (const { settle } of batch) settle(true);
        pauseMs = minPauseMs;
      } catch (error) {
        log.warn(
          { event: 'messages-waiting', queue, count: batch.length, err: error },
          'could not handle messages; trying again',
        );
        waiting = [...batch, ...waiting];
        await pause(pauseMs, batch);
        pauseMs = Math.min(pauseMs * 2, maxPauseMs);
      }
    }
    running = false;
  };

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
      const isHandled = await new Promise<boolean>((settle) => {
        waiting.push({ body: body.value, delivery, settle });
        void run();
      });
      settled(isHandled ? 'handled' : 'unsettled');
      return isHandled;
    },
  });
}
