import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { correlationOf, idOf, withLogFields, type LogFields } from '../logging/correlation';
import type { Log } from '../logging/log';
import { tryToClose } from '../process/timeout';
import { closeTimeoutMs, watchChannel, type BrokerConnection, type Session } from './connection';
import { BrokerUnavailableError } from './errors';
import type { Publisher } from './publisher';

export interface Delivery {
  channel: ConfirmChannel;
  message: ConsumeMessage;
  /** Aborted when the broker redelivers the message: no copy of it may be published from then on. */
  lost: AbortSignal;
  /** Aborted when the message is lost or the consumer stops: it is not handled again. */
  abandoned: AbortSignal;
}

/**
 * Handles a message and returns whether to acknowledge it; if not, it returns to its queue when the consumer ends.
 * Throws BrokerUnavailableError when the broker accepted nothing; then it is called again with the same message once the broker does.
 */
export type DeliveryHandler = (delivery: Delivery) => Promise<boolean>;

export type Consumer = Awaited<ReturnType<typeof subscribe>>;

export interface SubscriptionOptions {
  queue: string;
  prefetch: number;
  handle: DeliveryHandler;
  /** Whether a stop waits for messages in flight; otherwise they return to the queue. */
  drain: boolean;
  log: Log;
}

/** The delay before a message that the broker did not accept is handled again: being blocked may not be the only reason. */
const retryDelayMs = 1_000;

/** Consumes a queue across reconnections until stopped. Acknowledges each message when its handler says so. */
export async function subscribe(
  connection: BrokerConnection,
  publisher: Pick<Publisher, 'untilBlocked' | 'untilUnblocked'>,
  options: SubscriptionOptions,
) {
  const { queue, log } = options;
  const inFlight = new Set<Promise<void>>();
  const stopping = new AbortController();
  let consuming: { channel: ConfirmChannel; consumerTag: string; lost: AbortController } | undefined;

  const canRetry = async ({ abandoned }: Delivery): Promise<boolean> => {
    const waited = publisher
      .untilUnblocked(abandoned)
      .then(() => sleep(retryDelayMs, undefined, { signal: abandoned }));
    await waited.catch(() => undefined);
    return !abandoned.aborted;
  };

  const handle = async (session: Session, delivery: Delivery): Promise<void> => {
    do {
      try {
        if (await options.handle(delivery)) delivery.channel.ack(delivery.message);
        return;
      } catch (error) {
        log.warn({ event: 'message-unsettled', queue, err: error }, 'could not settle a message');
        if (!(error instanceof BrokerUnavailableError)) return connection.reset(session, asError(error));
        // A new session would not help, and the broker would count a redelivery against the message.
      }
    } while (await canRetry(delivery));
  };

  await connection.onSetUp(async (session) => {
    if (stopping.signal.aborted) return;
    const channel = await session.model.createConfirmChannel();
    const lost = new AbortController();
    const abandoned = AbortSignal.any([lost.signal, stopping.signal]);
    setMaxListeners(0, lost.signal, abandoned); // each message in flight may listen
    watchChannel(channel, (cause) => {
      lost.abort();
      if (!stopping.signal.aborted) connection.reset(session, cause);
    });
    await channel.prefetch(options.prefetch);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (!message) return connection.reset(session, new Error(`the broker cancelled the consumer of ${queue}`));
      const delivery = { channel, message, lost: lost.signal, abandoned };
      const job = withLogFields(logFieldsOf(message), () => handle(session, delivery));
      inFlight.add(job);
      void job.finally(() => inFlight.delete(job));
    });
    consuming = { channel, consumerTag, lost };
  });

  return {
    /** Whether the broker delivers messages to it now. */
    get consuming(): boolean {
      return consuming !== undefined && !consuming.lost.signal.aborted;
    },
    /** Takes no more messages and resolves when those in flight are done. */
    async stop(): Promise<void> {
      stopping.abort();
      await tryToClose(async () => consuming?.channel.cancel(consuming.consumerTag), log, closeTimeoutMs);
      if (!options.drain) consuming?.lost.abort();
      // Messages that a blocked broker does not accept return to their queue.
      await Promise.race([Promise.all(inFlight), publisher.untilBlocked()]);
      // Closing the connection alone would drop acknowledgements that are still in the send buffer.
      await tryToClose(async () => consuming?.channel.close(), log, closeTimeoutMs);
    },
  };
}

const logFieldsOf = ({ properties: { messageId, headers } }: ConsumeMessage): LogFields => ({
  message_id: idOf(messageId),
  ...correlationOf(headers),
});

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
