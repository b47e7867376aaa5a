import { randomUUID } from 'node:crypto';
import type { ConfirmChannel, Options } from 'amqplib';
import { BrokerAwayError, UnroutableError } from './errors';
import type { Link } from './link';

export interface Destination {
  /** Empty: the default exchange, which routes to the queue of that name. */
  exchange: string;
  routingKey: string;
}

export const toQueue = (queue: string): Destination => ({ exchange: '', routingKey: queue });
export const toExchange = (exchange: string): Destination => ({ exchange, routingKey: '' });

export interface Publisher {
  /**
   * Publishes a persistent, mandatory message and resolves when the broker has confirmed it.
   * Throws BrokerAwayError or UnroutableError; after the former it is unknown whether the broker took the message.
   */
  publish(to: Destination, body: Buffer, options?: Options.Publish): Promise<void>;
}

/** The `app_id` marks every message of this process. */
export function createPublisher(link: Link, appId: string): Publisher {
  const pending = new Map<string, (cause: Error) => void>();
  const unroutable = new Set<string>();

  void link.onSetUp(async ({ channel }) => {
    channel.on('return', (message) => {
      const { messageId } = message.properties as { messageId?: string };
      if (messageId !== undefined && pending.has(messageId)) unroutable.add(messageId);
    });
  });
  link.onLost((cause) => {
    const lost = new BrokerAwayError(`connection lost before the confirm: ${cause.message}`);
    for (const fail of [...pending.values()]) fail(lost);
  });

  return {
    async publish(to, body, options = {}) {
      const { channel } = link.session();
      const messageId = randomUUID();
      const properties = { messageId, ...options, appId, persistent: true, mandatory: true };
      await new Promise<void>((resolve, reject) => {
        const key = properties.messageId;
        const settle = (error?: Error): void => {
          pending.delete(key);
          const returned = unroutable.delete(key);
          if (error) reject(error);
          else if (returned)
            reject(new UnroutableError(`no queue takes ${to.exchange || 'messages'} for "${to.routingKey}"`));
          else resolve();
        };
        pending.set(key, settle);
        send(channel, to, body, properties, settle);
      });
    },
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
