import { retryQueue } from '../../contracts/names';
import type { ConsumerOptions } from './consumer-options';
import { takeDeliveries, type Consumer, type Work } from './deliveries';
import type { Link } from './link';
import type { Publisher } from './publisher';
import { createHold, heldAtATime } from './retry';
import { createSettle } from './settle';
import { processing } from './spans';

/**
 * Consumes a queue, and the messages of it that wait for their next attempt, for as long as the process lives, over every reconnection.
 * No message is lost: it is acknowledged only when its effect is committed, when it has been adopted, or when the broker has confirmed
 * it in the retry or the dead queue.
 */
export async function consume<T>(link: Link, publisher: Publisher, options: ConsumerOptions<T>): Promise<Consumer> {
  const { queue, prefetch, log } = options;
  const settle = createSettle(publisher, options);
  const work: Work = (delivery) => processing(queue, delivery.message, () => settle(delivery)).then(() => true);
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
