import type { ConsumeMessage } from 'amqplib';
import type { z } from 'zod';
import { retryQueue } from '../../contracts/names';
import { addLogFields, type LogFields } from '../logging/correlation';
import { messageOf } from '../logging/redaction';
import { markSpanFailed } from '../tracing/tracing';
import type { BrokerConnection } from './connection';
import { BrokerUnavailableError, ServiceFault } from './errors';
import type { Reply } from './message';
import { historyOf } from './message-copy';
import type { Publisher } from './publisher';
import { createRetries, retryPrefetch, type RetryOptions } from './retries';
import { unsignedCode, unsignedReason } from './signature';
import { subscribe, type Consumer, type Delivery, type DeliveryHandler } from './subscription';
import { traceProcess, type MessageOutcome } from './telemetry';

export interface ConsumerOptions<T> extends RetryOptions {
  /** Only this platform sends to the queue: given a signature, every unsigned message is dead-lettered, not only requests. */
  signedOnly?: boolean;
  prefetch: number;
  /** A body that does not match is dead-lettered. */
  schema: z.ZodType<T>;
  /** Fields of the body for log lines written while the message is handled. */
  logFields?: (body: T) => LogFields;
  /** Returns the reply's value. Throws ServiceFault to say whether a retry may help; any other error counts as retryable. */
  handle: (body: T) => Promise<unknown>;
  /** Handles valid messages that are not requests of the platform. Defaults to `handle`, without a reply. */
  adopt?: (body: T) => Promise<void>;
}

/**
 * Consumes a queue and its retry queue across reconnections until stopped. No message is lost: it is acknowledged only when its effect is
 * committed, when it has been adopted, or when the broker has confirmed its copy in the retry or dead queue.
 */
export async function consume<T>(
  connection: BrokerConnection,
  publisher: Publisher,
  options: ConsumerOptions<T>,
): Promise<Consumer[]> {
  const { queue, prefetch, metrics, log } = options;
  metrics.expect(queue);
  const retries = createRetries(publisher, options);
  const handleMessage = createMessageHandler(publisher, retries, options);
  const handle: DeliveryHandler = async (delivery) => {
    const since = performance.now();
    let outcome: MessageOutcome = 'unsettled';
    try {
      outcome = await traceProcess(queue, delivery.message, () => handleMessage(delivery));
      return true;
    } finally {
      const seconds = (performance.now() - since) / 1_000;
      metrics.message(queue, outcome, seconds, historyOf(delivery.message).count('attempts') + 1);
    }
  };
  const waiting = { queue: retryQueue(queue), prefetch: retryPrefetch, handle: retries.release };
  return [
    await subscribe(connection, publisher, { queue, prefetch, handle, drain: true, log }),
    await subscribe(connection, publisher, { ...waiting, drain: false, log }),
  ];
}

/** A request gets a reply also when it fails: its sender retries it. Throws BrokerUnavailableError when the broker did not accept a copy. */
function createMessageHandler<T>(
  publisher: Publisher,
  { deadLetter, retry, retryAfterLostConsumer }: ReturnType<typeof createRetries>,
  options: ConsumerOptions<T>,
): (delivery: Delivery) => Promise<MessageOutcome> {
  const { queue, log } = options;
  return async (delivery) => {
    const { message } = delivery;
    const replyTo = replyAddress(message, options.appId);
    const answer = (reply: Reply): void => {
      if (replyTo === undefined) return; // an event
      const { correlationId } = message.properties as { correlationId?: string };
      publisher.reply(replyTo, Buffer.from(JSON.stringify(reply)), correlationId);
    };
    const mustBeSigned = replyTo !== undefined || options.signedOnly === true;
    if (mustBeSigned && options.signature?.verify(message) === false) {
      const outcome = await deadLetter(delivery, unsignedReason);
      // The sender may be a process of ours without the secret: its next attempt may be signed.
      answer({ ok: false, retryable: true, code: unsignedCode, message: unsignedReason });
      return outcome;
    }
    if (message.fields.redelivered && replyTo === undefined) return retryAfterLostConsumer(delivery);
    const body = parse(message.content, options.schema);
    if (!body.ok) {
      const outcome = await deadLetter(delivery, body.reason);
      answer({ ok: false, retryable: false, code: 'MALFORMED_MESSAGE', message: body.reason });
      return outcome;
    }
    addLogFields(options.logFields?.(body.value) ?? {});
    try {
      const { adopt } = replyTo === undefined ? options : {};
      if (adopt) await adopt(body.value);
      else answer({ ok: true, value: await options.handle(body.value) });
      log.debug({ event: 'message-handled', queue }, 'handled a message');
      return adopt ? 'adopted' : 'handled';
    } catch (error) {
      if (error instanceof BrokerUnavailableError) throw error; // not the message's fault: no attempt is counted
      const fault = toFault(error);
      markSpanFailed(error); // the error ends here, so the span would not see it
      log.warn({ event: 'message-failed', queue, code: fault.code, err: error }, 'could not handle a message');
      if (replyTo === undefined) return retry(delivery, fault);
      answer({ ok: false, retryable: fault.retryable, code: fault.code, message: replyMessage(error, fault) });
      return 'answered_fault';
    }
  };
}

/** A message is a request of the platform if it has its `app_id` and a `reply_to` (contract, section 1). */
function replyAddress({ properties }: ConsumeMessage, appId: string): string | undefined {
  return properties.appId === appId ? (properties.replyTo as string | undefined) : undefined;
}

/** The largest message of the contract, an old program's order of 50 times 200 items, has less than 1. */
const maxMegabytes = 2;

function parse<T>(content: Buffer, schema: z.ZodType<T>): { ok: true; value: T } | { ok: false; reason: string } {
  // Reading it would keep all others waiting.
  if (content.length > maxMegabytes * 1_000_000) return { ok: false, reason: `larger than ${maxMegabytes} MB` };
  let body: unknown;
  try {
    body = JSON.parse(content.toString('utf8').replace(/^\uFEFF/, '')); // some programs begin with a byte order mark
  } catch (error) {
    return { ok: false, reason: `not JSON: ${textOf(error)}` };
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return { ok: true, value: parsed.data };
  const { issues } = parsed.error;
  return { ok: false, reason: issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ') };
}

/** Requesters show it to customers, so it reveals nothing of an unexpected error. */
const replyMessage = (error: unknown, fault: ServiceFault): string =>
  error instanceof ServiceFault ? fault.message : 'the service failed; its log says why';

const toFault = (error: unknown): ServiceFault =>
  error instanceof ServiceFault ? error : new ServiceFault(textOf(error), true, 'HANDLER_FAILED');

/** Redacted for headers and logs. */
const textOf = (error: unknown): string => (error instanceof Error ? messageOf(error) : String(error));
