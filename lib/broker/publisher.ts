import { randomUUID } from 'node:crypto';
import type { ConfirmChannel, Options } from 'amqplib';
import { correlationHeaders } from '../logging/correlation';
import { BrokerAwayError, UnroutableError } from './errors';
import type { BrokerConnection } from './connection';
import { signatureHeader, type Signature } from './signature';
import { nameOf, toQueue, type Destination } from './destination';
import { inTrace } from './spans';

export interface Publisher {
  /**
   * Publishes a persistent, mandatory message and resolves when the broker has confirmed it.
   * Throws BrokerAwayError or UnroutableError; after the former it is unknown whether the broker took the message.
   * Throws at once while the broker is away or blocked.
   */
  publish(to: Destination, body: Buffer, options?: Options.Publish): Promise<void>;
  /**
   * The same for a copy of a message that its consumer keeps meanwhile: it has time, and to publish it twice would do harm. So once
   * it is on its way it waits for the confirm as long as the connection lives: with a broker that hangs, until the heartbeats end it,
   * 20 to 30 s. A stop waits for it too, so that the process's drain limit may cut it short; then the message goes back to its queue,
   * and the copy may be there as well.
   */
  publishCopy(to: Destination, body: Buffer, options: Options.Publish): Promise<void>;
  /** Sends a reply to whoever asked, who may have gone: not mandatory, not confirmed. Throws BrokerAwayError, and is then not sent. */
  reply(replyTo: string, body: Buffer, correlationId: string | undefined): void;
  /** Resolves when the broker is blocked, at once if it is. */
  untilBlocked(): Promise<void>;
  /** Resolves when the broker takes messages or the session has ended, at once unless it is blocked. Rejects when it waits no longer. */
  untilUnblocked(signal: AbortSignal): Promise<void>;
}

/**
 * A broker that neither confirms nor says that it is blocked is taken for absent after this: far above what a confirm takes under load,
 * as long as an attempt of the callers (`ATTEMPT_MS`), and below the two heartbeats after which the connection is given up.
 */
const confirmLimitMs = 10_000;

/** A message that the broker has not confirmed yet. */
interface Pending {
  messageId: string;
  /** The broker has given it back: no queue takes it. The confirm follows all the same. */
  returned: boolean;
  /** Given up when the broker is blocked. */
  hurried: boolean;
  /** Only the first time counts. */
  settle(error?: Error): void;
}

/** The `app_id` marks every message of this process; with a signature each bears it too. */
export function createPublisher(link: BrokerConnection, appId: string, signature?: Signature): Publisher {
  const pending = new Set<Pending>();

  void link.onSetUp(async ({ channel }) => {
    channel.on('return', (message) => {
      const { messageId } = message.properties as { messageId?: string };
      // The broker gives messages back in their order; copies of others' messages may have one id among them.
      const first = [...pending].find((each) => each.messageId === messageId && !each.returned);
      if (first) first.returned = true;
    });
  });
  link.onLost((cause) => {
    const lost = new BrokerAwayError(`connection lost before the confirm: ${cause.message}`);
    for (const publication of [...pending]) publication.settle(lost);
  });

  link.onBlocked((cause) => {
    for (const publication of [...pending]) if (publication.hurried) publication.settle(cause);
  });

  const headersOf = (to: Destination, body: Buffer, options: Options.Publish): object => ({
    ...correlationHeaders(),
    ...(options.headers as object | undefined), // a copy keeps what its message has
    ...(signature && {
      [signatureHeader]: signature.of(nameOf(to), options.replyTo !== undefined, body),
    }),
  });

  const publish = async (to: Destination, body: Buffer, options: Options.Publish, hurried: boolean): Promise<void> => {
    const { channel } = link.session();
    const messageId = options.messageId ?? randomUUID(); // also for a copy of a message that came without one
    const always = { headers: headersOf(to, body, options), messageId, appId, persistent: true, mandatory: true };
    let limit: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      const publication: Pending = {
        messageId,
        hurried,
        returned: false,
        settle(error) {
          clearTimeout(limit);
          pending.delete(publication);
          if (error) reject(error);
          else if (publication.returned)
            reject(new UnroutableError(`no queue takes ${to.exchange || 'messages'} for "${to.routingKey}"`));
          else resolve();
        },
      };
      pending.add(publication);
      const giveUp = (): void =>
        publication.settle(new BrokerAwayError(`the broker did not confirm within ${confirmLimitMs} ms`));
      if (hurried) limit = setTimeout(giveUp, confirmLimitMs);
      send(channel, to, body, { ...options, ...always }, (error) => publication.settle(error));
    });
  };

  return {
    publish: (to, body, options = {}) => publish(to, body, inTrace(options), true),
    publishCopy: (to, body, options) => publish(to, body, options, false),
    reply(replyTo, body, correlationId) {
      const { channel } = link.session();
      send(channel, toQueue(replyTo), body, { correlationId }, () => undefined);
    },
    untilBlocked: () => link.untilBlocked(),
    untilUnblocked: (signal) => link.untilUnblocked(signal),
  };
}

function send(
  channel: ConfirmChannel,
  to: Destination,
  body: Buffer,
  properties: Options.Publish,
  settle: (error?: Error) => void,
): void {
  try {
    channel.publish(
      to.exchange,
      to.routingKey,
      body,
      { contentType: 'application/json', ...properties },
      (err: unknown) => {
        settle(err ? new BrokerAwayError('the broker refused the message', { cause: err }) : undefined);
      },
    );
  } catch (err) {
    settle(new BrokerAwayError(`the channel is closed: ${String(err)}`));
  }
}
