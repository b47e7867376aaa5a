import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { correlationOf, idOf } from '../logging/correlation';
import type { Log } from '../logging/log';
import { withLogFields, type LogFields } from '../logging/context';
import { withTimeout } from '../process/timeout';
import { BrokerAwayError } from './errors';
import { partingMs, type BrokerConnection } from './connection';
import type { Publisher } from './publisher';
import { watchChannel, type Session } from './sessions';

export interface Delivery {
  channel: ConfirmChannel;
  message: ConsumeMessage;
  /** Aborted when the broker gives the message to somebody again: no copy of it must be published from then on. */
  lost: AbortSignal;
  /** Aborted then too, and when the consumer stops: the message is not begun again. */
  givenUp: AbortSignal;
}

/**
 * Carries a message to where it may be acknowledged, and says whether it is there; else it goes back to its queue when the consumer
 * ends. Throws BrokerAwayError when the broker took nothing: then it is called again with the same message once the broker does.
 */
export type Work = (delivery: Delivery) => Promise<boolean>;

export interface Consumer {
  /** Whether the broker gives it messages now. */
  readonly consuming: boolean;
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

/** Before a message is worked on again that the broker would not take: it may have other reasons than being blocked. */
const againAfterMs = 1_000;

/** Takes messages from a queue for as long as the process lives, over every reconnection; acknowledges each once its work says so. */
export async function takeDeliveries(
  link: BrokerConnection,
  publisher: Pick<Publisher, 'untilBlocked' | 'untilUnblocked'>,
  options: DeliveriesOptions,
): Promise<Consumer> {
  const { queue, log } = options;
  const quietly = quietlyFor(log);
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  let consuming: { channel: ConfirmChannel; consumerTag: string; lost: AbortController } | undefined;

  const isWorthAnotherTry = async ({ givenUp }: Delivery): Promise<boolean> => {
    const waited = publisher.untilUnblocked(givenUp).then(() => sleep(againAfterMs, undefined, { signal: givenUp }));
    await waited.catch(() => undefined);
    return !givenUp.aborted;
  };

  const work = async (session: Session, delivery: Delivery): Promise<void> => {
    do {
      try {
        if (await options.work(delivery)) delivery.channel.ack(delivery.message);
        return;
      } catch (err) {
        log.warn({ event: 'message-unsettled', queue, err }, 'could not settle a message');
        if (!(err instanceof BrokerAwayError)) return link.reset(session, asError(err));
        // A fresh session would be no better off, and the broker would count the message as one that has cost a consumer.
      }
    } while (await isWorthAnotherTry(delivery));
  };

  await link.onSetUp(async (session) => {
    if (stopping.signal.aborted) return;
    const channel = await session.model.createConfirmChannel();
    const lost = new AbortController();
    const givenUp = AbortSignal.any([lost.signal, stopping.signal]);
    setMaxListeners(0, lost.signal, givenUp); // each message under way may listen
    watchChannel(channel, (cause) => {
      lost.abort();
      if (!stopping.signal.aborted) link.reset(session, cause);
    });
    await channel.prefetch(options.prefetch);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (!message) return link.reset(session, new Error(`the broker cancelled the consumer of ${queue}`));
      const delivery = { channel, message, lost: lost.signal, givenUp };
      const job = withLogFields(fieldsOf(message), () => work(session, delivery)).finally(() => underWay.delete(job));
      underWay.add(job);
    });
    consuming = { channel, consumerTag, lost };
  });

  return {
    get consuming() {
      return consuming !== undefined && !consuming.lost.signal.aborted;
    },
    async stop() {
      stopping.abort();
      await quietly(() => consuming?.channel.cancel(consuming.consumerTag));
      if (!options.finish) consuming?.lost.abort();
      // What a blocked broker does not take goes back to its queue.
      await Promise.race([Promise.all(underWay), publisher.untilBlocked()]);
      // Closing the connection alone would drop the acknowledgements that are still on their way out.
      await quietly(() => consuming?.channel.close());
    },
  };
}

const fieldsOf = ({ properties: { messageId, headers } }: ConsumeMessage): LogFields => ({
  message_id: idOf(messageId),
  ...correlationOf(headers),
});

/** For steps of a stop: a channel that is gone has nothing left to stop. */
const quietlyFor =
  (log: Log) =>
  async (step: () => Promise<unknown> | undefined): Promise<void> => {
    try {
      await withTimeout(partingMs, Promise.resolve(step()));
    } catch (err) {
      log.debug({ event: 'parting-failed', err }, 'could not stop a consumer');
    }
  };

const asError = (err: unknown): Error => (err instanceof Error ? err : new Error(String(err)));
