import { randomUUID } from 'node:crypto';
import type { ConsumeMessage } from 'amqplib';
import { RequestTimeoutError, ServiceFault } from './errors';
import type { BrokerConnection } from './connection';
import { toQueue } from './destination';
import type { Publisher } from './publisher';
import type { Reply } from './reply';

/** RabbitMQ's pseudo-queue for direct replies: no queue is declared, and nothing is stored for a requester that has gone. */
const directReplies = 'amq.rabbitmq.reply-to';

export interface RequestOptions {
  /** How long to wait for the reply. The request expires in its queue at the same time, so an outage leaves no pile of repeats. */
  timeoutMs: number;
  /** Ends the wait; the request may still take effect. */
  signal?: AbortSignal;
}

export interface Requester {
  /**
   * Sends a request to a queue and resolves with the reply's value.
   * Throws BrokerAwayError, UnroutableError, RequestTimeoutError, or ServiceFault when the other side answered with a fault.
   */
  request(queue: string, body: unknown, options: RequestOptions): Promise<unknown>;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

export async function createRequester(link: BrokerConnection, publisher: Publisher): Promise<Requester> {
  const waiting = new Map<string, Waiting>();

  const receive = (message: ConsumeMessage | null): void => {
    const { correlationId } = (message?.properties ?? {}) as { correlationId?: string };
    const request = correlationId === undefined ? undefined : waiting.get(correlationId);
    if (!message || !request) return; // late: whoever asked has gone
    try {
      const reply = JSON.parse(message.content.toString('utf8')) as Reply;
      if (reply.ok) request.resolve(reply.value);
      else request.reject(new ServiceFault(reply.message, reply.retryable, reply.code));
    } catch (err) {
      request.reject(new ServiceFault(`unreadable reply: ${String(err)}`, true, 'BAD_REPLY'));
    }
  };

  // Replies come on the publishing channel, and the consumer has to be there before the first request.
  await link.onSetUp(async ({ channel }) => {
    await channel.consume(directReplies, receive, { noAck: true });
  });
  link.onLost((cause) => {
    for (const request of [...waiting.values()]) request.reject(cause);
  });

  return {
    async request(queue, body, { timeoutMs, signal }) {
      const correlationId = randomUUID();
      signal?.throwIfAborted();
      let timer: NodeJS.Timeout | undefined;
      let onAbort: (() => void) | undefined;
      const reply = new Promise<unknown>((resolve, reject) => {
        waiting.set(correlationId, { resolve, reject });
        timer = setTimeout(
          () => reject(new RequestTimeoutError(`no reply from ${queue} within ${timeoutMs} ms`)),
          timeoutMs,
        );
        onAbort = () => reject(signal?.reason as Error);
        signal?.addEventListener('abort', onAbort, { once: true });
      });
      const sent = publisher.publish(toQueue(queue), Buffer.from(JSON.stringify(body)), {
        messageId: correlationId,
        correlationId,
        replyTo: directReplies,
        expiration: String(timeoutMs),
      });
      try {
        // The reply may overtake the confirm; a failed publish ends the wait at once.
        return await Promise.race([reply, sent.then(() => reply)]);
      } finally {
        clearTimeout(timer);
        if (onAbort) signal?.removeEventListener('abort', onAbort);
        waiting.delete(correlationId);
        sent.catch(() => undefined);
        reply.catch(() => undefined);
      }
    },
  };
}
