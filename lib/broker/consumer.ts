import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Log } from '../log';
import { ServiceFault } from './errors';
import { watchChannel, type Link, type Session } from './link';
import { toQueue, type Publisher } from './publisher';
import type { Reply } from './reply';

/** Outcome of reading a body: the value, or why it can't be one. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; reason: string };

export interface ConsumerOptions<T> {
  queue: string;
  deadQueue: string;
  /** The `app_id` of our own messages. */
  appId: string;
  /** How many messages are worked on at a time. */
  prefetch: number;
  parse: (body: unknown) => Parsed<T>;
  /** Returns the reply's value, or throws: ServiceFault says whether a repeat may help, anything else counts as retryable. */
  handle: (body: T) => Promise<unknown>;
  /** What becomes of a valid message that is no request of ours. Left out: it is handled like any other, without a reply. */
  adopt?: (body: T) => Promise<void>;
  log: Log;
}

export interface Consumer {
  /** Takes no more messages and resolves when those under way are done. */
  stop(): Promise<void>;
}

/** Attempts at a message that nobody else repeats (an event); then it goes to the dead queue. */
export const maxAttempts = 20;
const attemptsHeader = 'x-attempts';
const backoffMs = (attempt: number): number => Math.min(100 * 2 ** attempt, 30_000);

/**
 * Consumes a queue for as long as the process lives, over every reconnection. No message is lost: it is acknowledged
 * only when its effect is committed, when it has been adopted, or when the broker has confirmed it in the dead queue.
 */
export async function consume<T>(link: Link, publisher: Publisher, options: ConsumerOptions<T>): Promise<Consumer> {
  const { queue, log } = options;
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  let cancel: (() => Promise<unknown>) | undefined;

  await link.onSession(async (session) => {
    if (stopping.signal.aborted) return;
    const channel = await session.model.createConfirmChannel();
    watchChannel(channel, (cause) => link.reset(session, cause));
    await channel.prefetch(options.prefetch);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (!message) return link.reset(session, new Error(`the broker cancelled the consumer of ${queue}`));
      const work = settle(session, channel, message).finally(() => underWay.delete(work));
      underWay.add(work);
    });
    cancel = () => channel.cancel(consumerTag);
  });

  const settle = async (session: Session, channel: ConfirmChannel, message: ConsumeMessage): Promise<void> => {
    try {
      await process(channel, message);
      channel.ack(message);
    } catch (err) {
      // The message stays unacknowledged; a fresh session gets it again.
      log.warn({ event: 'message-unsettled', queue, err }, 'could not settle a message');
      link.reset(session, err instanceof Error ? err : new Error(String(err)));
    }
  };

  const process = async (channel: ConfirmChannel, message: ConsumeMessage): Promise<void> => {
    const ours = message.properties.appId === options.appId;
    const replyTo = ours ? (message.properties.replyTo as string | undefined) : undefined;
    const answer = (reply: Reply): void => {
      if (replyTo === undefined) return;
      const { correlationId } = message.properties as { correlationId?: string };
      channel.sendToQueue(replyTo, Buffer.from(JSON.stringify(reply)), {
        correlationId,
        contentType: 'application/json',
      });
    };

    const body = read(message.content, options.parse);
    if (!body.ok) {
      await bury(message, body.reason);
      answer({ ok: false, retryable: false, code: 'MALFORMED_MESSAGE', message: body.reason });
      return;
    }
    try {
      if (options.adopt && replyTo === undefined) await options.adopt(body.value);
      else answer({ ok: true, value: await options.handle(body.value) });
    } catch (err) {
      const fault = toFault(err);
      log.warn({ event: 'message-failed', queue, code: fault.code, err }, 'a message failed');
      if (replyTo === undefined) await tryLater(message, fault);
      else answer({ ok: false, retryable: fault.retryable, code: fault.code, message: fault.message });
    }
  };

  /** Nobody else repeats an event: put it back with its count, after a growing delay, or bury it. */
  const tryLater = async (message: ConsumeMessage, fault: ServiceFault): Promise<void> => {
    const attempts = attemptsOf(message) + 1;
    if (!fault.retryable || attempts >= maxAttempts) return bury(message, `${fault.code}: ${fault.message}`, attempts);
    await delay(backoffMs(attempts), stopping.signal);
    await publisher.publish(toQueue(queue), message.content, carry(message, { [attemptsHeader]: attempts }));
  };

  const bury = async (message: ConsumeMessage, reason: string, attempts = attemptsOf(message) + 1): Promise<void> => {
    log.error({ event: 'message-dead', queue, reason, attempts }, 'a message went to the dead queue');
    const headers = {
      'x-reason': reason.slice(0, 1000),
      'x-queue': queue,
      [attemptsHeader]: attempts,
      'x-died-at': new Date().toISOString(),
    };
    await publisher.publish(toQueue(options.deadQueue), message.content, carry(message, headers));
  };

  return {
    async stop() {
      stopping.abort();
      await cancel?.().catch((err: unknown) => log.debug({ err }, 'cancelling a consumer'));
      await Promise.all(underWay);
    },
  };
}

function read<T>(content: Buffer, parse: (body: unknown) => Parsed<T>): Parsed<T> {
  let body: unknown;
  try {
    body = JSON.parse(content.toString('utf8'));
  } catch (err) {
    return { ok: false, reason: `no JSON: ${err instanceof Error ? err.message : String(err)}` };
  }
  return parse(body);
}

function toFault(err: unknown): ServiceFault {
  if (err instanceof ServiceFault) return err;
  return new ServiceFault(err instanceof Error ? err.message : String(err), true, 'HANDLER_FAILED');
}

function attemptsOf(message: ConsumeMessage): number {
  const count: unknown = message.properties.headers?.[attemptsHeader];
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 0;
}

/** The properties that a copy of the message keeps, with more headers. */
function carry(message: ConsumeMessage, headers: Record<string, string | number>) {
  const { messageId, correlationId, type, contentType } = message.properties as unknown as Record<
    string,
    string | undefined
  >;
  return { messageId, correlationId, type, contentType, headers: { ...message.properties.headers, ...headers } };
}

/** Resolves after the time, or as soon as the signal is aborted. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
