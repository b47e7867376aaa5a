import { randomUUID } from 'node:crypto';
import type { ConsumeMessage } from 'amqplib';
import type { BrokerConnection } from './connection';
import { RequestTimeoutError, ServiceFault } from './errors';
import { toQueue, type Reply } from './message';
import type { Publisher } from './publisher';

/** RabbitMQ's pseudo-queue for direct replies: no queue is declared, and nothing is stored for a requester that is gone. */
const directReplies = 'amq.rabbitmq.reply-to';

export interface RequestOptions {
  /** How long to wait for the reply. The request expires in its queue at the same time, so an outage leaves no pile of repeats. */
  timeoutMs: number;
  /** Ends the wait; the request may still take effect. */
  signal?: AbortSignal;
}

/** Resolves with the reply's value. Throws BrokerUnavailableError, UnroutableError, RequestTimeoutError, or the service's ServiceFault. */
export type Request = (queue: string, body: unknown, options: RequestOptions) => Promise<unknown>;

export async function createRequester(
  connection: BrokerConnection,
  publisher: Pick<Publisher, 'publish'>,
): Promise<Request> {
  const pending = new Map<string, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();

  const receive = (message: ConsumeMessage | null): void => {
    const { correlationId } = (message?.properties ?? {}) as { correlationId?: string };
    const request = correlationId === undefined ? undefined : pending.get(correlationId);
    if (!message || !request) return; // late: the request has timed out or was cancelled
    try {
      const reply = JSON.parse(message.content.toString('utf8')) as Reply;
      if (reply.ok) request.resolve(reply.value);
      else request.reject(new ServiceFault(reply.message, reply.retryable, reply.code));
    } catch (error) {
      request.reject(new ServiceFault(`unreadable reply: ${String(error)}`, true, 'BAD_REPLY'));
    }
  };

  // Direct replies arrive on the publishing channel, and their consumer has to exist before the first request.
  await connection.onSetUp(async ({ channel }) => {
    await channel.consume(directReplies, receive, { noAck: true });
  });
  connection.onLost((cause) => {
    for (const request of [...pending.values()]) request.reject(cause);
  });

  return async (queue, body, { timeoutMs, signal }) => {
    signal?.throwIfAborted();
    const correlationId = randomUUID();
    const reply = new Promise<unknown>((resolve, reject) => pending.set(correlationId, { resolve, reject }));
    const fail = (error: Error): void => pending.get(correlationId)?.reject(error);
    const onTimeout = (): void => fail(new RequestTimeoutError(`no reply from ${queue} within ${timeoutMs} ms`));
    const timer = setTimeout(onTimeout, timeoutMs);
    const onAbort = (): void => fail(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
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
      signal?.removeEventListener('abort', onAbort);
      pending.delete(correlationId);
      sent.catch(() => undefined);
      reply.catch(() => undefined);
    }
  };
}
