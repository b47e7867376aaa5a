import { setMaxListeners } from 'node:events';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Log } from '../log';
import { watchChannel, type Link, type Session } from './link';

export interface Delivery {
  channel: ConfirmChannel;
  message: ConsumeMessage;
  /** Aborted when the broker gives the message to somebody again: no copy of it must be published from then on. */
  lost: AbortSignal;
}

/**
 * Carries a message to where it may be acknowledged, and says whether it is there; else it goes back to its queue when the consumer
 * ends. Throws when it could not, and the message has to come again.
 */
export type Work = (delivery: Delivery) => Promise<boolean>;

export interface Consumer {
  /** Takes no more messages and resolves when those under way are done. */
  stop(): Promise<void>;
}

export interface DeliveriesOptions {
  queue: string;
  /** How many messages are under way at a time. */
  prefetch: number;
  work: Work;
  /** Whether a stop waits for what is under way; else that goes back to the queue. */
  finish: boolean;
  log: Log;
}

/** Takes messages from a queue for as long as the process lives, over every reconnection; acknowledges each once its work says so. */
export async function takeDeliveries(link: Link, options: DeliveriesOptions): Promise<Consumer> {
  const { queue, log } = options;
  const underWay = new Set<Promise<void>>();
  let stopping = false;
  let consuming: { channel: ConfirmChannel; consumerTag: string; lost: AbortController } | undefined;

  const work = async (session: Session, delivery: Delivery): Promise<void> => {
    try {
      if (await options.work(delivery)) delivery.channel.ack(delivery.message);
    } catch (err) {
      // The message stays unacknowledged; a fresh session gets it again.
      log.warn({ event: 'message-unsettled', queue, err }, 'could not settle a message');
      link.reset(session, err instanceof Error ? err : new Error(String(err)));
    }
  };

  await link.onSession(async (session) => {
    if (stopping) return;
    const channel = await session.model.createConfirmChannel();
    const lost = new AbortController();
    setMaxListeners(0, lost.signal); // each message under way may listen
    watchChannel(channel, (cause) => {
      lost.abort();
      if (!stopping) link.reset(session, cause);
    });
    await channel.prefetch(options.prefetch);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (!message) return link.reset(session, new Error(`the broker cancelled the consumer of ${queue}`));
      const job = work(session, { channel, message, lost: lost.signal }).finally(() => underWay.delete(job));
      underWay.add(job);
    });
    consuming = { channel, consumerTag, lost };
  });

  /** A channel that is gone has nothing left to stop. */
  const quietly = async (step: () => Promise<unknown> | undefined): Promise<void> => {
    try {
      await step();
    } catch (err) {
      log.debug({ err }, 'stopping a consumer');
    }
  };

  return {
    async stop() {
      stopping = true;
      await quietly(() => consuming?.channel.cancel(consuming.consumerTag));
      if (!options.finish) consuming?.lost.abort();
      await Promise.all(underWay);
      // Closing the connection alone would drop the acknowledgements and replies that are still on their way out.
      await quietly(() => consuming?.channel.close());
    },
  };
}
