import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { ConsumerOptions } from './consumer-options';
import { watchChannel, type Link, type Session } from './link';
import type { Publisher } from './publisher';
import { createSettle } from './settle';

export interface Consumer {
  /** Takes no more messages and resolves when those under way are done. */
  stop(): Promise<void>;
}

/**
 * Consumes a queue for as long as the process lives, over every reconnection. No message is lost: it is acknowledged
 * only when its effect is committed, when it has been adopted, or when the broker has confirmed it in the dead queue.
 */
export async function consume<T>(link: Link, publisher: Publisher, options: ConsumerOptions<T>): Promise<Consumer> {
  const { queue, log } = options;
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  const settle = createSettle(publisher, options, stopping.signal);
  let consuming: { channel: ConfirmChannel; consumerTag: string } | undefined;

  const work = async (session: Session, channel: ConfirmChannel, message: ConsumeMessage): Promise<void> => {
    try {
      await settle(channel, message);
      channel.ack(message);
    } catch (err) {
      // The message stays unacknowledged; a fresh session gets it again.
      log.warn({ event: 'message-unsettled', queue, err }, 'could not settle a message');
      link.reset(session, err instanceof Error ? err : new Error(String(err)));
    }
  };

  await link.onSession(async (session) => {
    if (stopping.signal.aborted) return;
    const channel = await session.model.createConfirmChannel();
    watchChannel(channel, (cause) => {
      if (!stopping.signal.aborted) link.reset(session, cause);
    });
    await channel.prefetch(options.prefetch);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (!message) return link.reset(session, new Error(`the broker cancelled the consumer of ${queue}`));
      const job = work(session, channel, message).finally(() => underWay.delete(job));
      underWay.add(job);
    });
    consuming = { channel, consumerTag };
  });

  /** A channel that is gone has nothing left to stop. */
  const quietly = async (work: () => Promise<unknown> | undefined): Promise<void> => {
    try {
      await work();
    } catch (err) {
      log.debug({ err }, 'stopping a consumer');
    }
  };

  return {
    async stop() {
      stopping.abort();
      await quietly(() => consuming?.channel.cancel(consuming.consumerTag));
      await Promise.all(underWay);
      // Closing the connection alone would drop the acknowledgements and replies that are still on their way out.
      await quietly(() => consuming?.channel.close());
    },
  };
}
