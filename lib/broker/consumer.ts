import { retryQueue } from '../../contracts/names';
import { stopwatch } from '../metrics/metrics';
import type { ConsumerOptions } from './consumer-options';
import { courseOf } from './message-copy';
import { takeDeliveries, type Consumer, type Work } from './deliveries';
import type { BrokerConnection } from './connection';
import type { MessageOutcome } from './metrics';
import type { Publisher } from './publisher';
import { createHold, heldAtATime } from './retry';
import { createMessageHandler } from './handle-message';
import { processing } from './spans';

/**
 * Consumes a queue, and the messages of it that wait for their next attempt, for as long as the process lives, over every reconnection.
 * No message is lost: it is acknowledged only when its effect is committed, when it has been adopted, or when the broker has confirmed
 * it in the retry or the dead queue.
 */
export async function consume<T>(
  link: BrokerConnection,
  publisher: Publisher,
  options: ConsumerOptions<T>,
): Promise<Consumer> {
  const { queue, prefetch, metrics, log } = options;
  metrics.expect(queue);
  const settle = createMessageHandler(publisher, options);
  const work: Work = async (delivery) => {
    const seconds = stopwatch();
    let outcome: MessageOutcome = 'unsettled';
    try {
      outcome = await processing(queue, delivery.message, () => settle(delivery));
      return true;
    } finally {
      metrics.message(queue, outcome, seconds(), courseOf(delivery.message).count('attempts') + 1);
    }
  };
  const hold = createHold(publisher, options);
  const consumers = [
    await takeDeliveries(link, publisher, { queue, prefetch, work, finish: true, log }),
    await takeDeliveries(link, publisher, {
      queue: retryQueue(queue),
      prefetch: heldAtATime,
      work: hold,
      finish: false,
      log,
    }),
  ];
  return {
    get consuming() {
      return consumers.every((consumer) => consumer.consuming);
    },
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
    },
  };
}
