import type { ConsumeMessage } from 'amqplib';
import { deadQueue, retryQueue } from '../../contracts/names';
import { markSpanFailed } from '../tracing/tracing';
import type { ConsumerOptions, Parsed } from './consumer-options';
import { copyProperties, courseOf } from './message-copy';
import type { Delivery } from './deliveries';
import { BrokerAwayError, ServiceFault } from './errors';
import type { MessageOutcome } from './metrics';
import { toQueue } from './destination';
import type { Publisher } from './publisher';
import type { Reply } from './reply';
import { addLogFields } from '../logging/context';
import { messageOf } from '../logging/redaction';
import { unsigned } from './signature';
import { backoffMs } from './retry';

/** Attempts at a message that nobody else repeats (an event), consumers lost over it included; then it goes to the dead queue. */
export const maxAttempts = 20;

/** Carries a message to where it may be acknowledged, and says where that is. Throws BrokerAwayError when the broker would not take what has to go to it. */
type Settle = (delivery: Delivery) => Promise<MessageOutcome>;

/**
 * What becomes of a message: handled and answered, adopted, put aside with its count until its next attempt, or buried with the
 * reason. A request is answered also when it fails: whoever asked repeats it, and it expires.
 */
export function createMessageHandler<T>(publisher: Publisher, options: ConsumerOptions<T>): Settle {
  const { queue, log } = options;
  const { bury, tryLater, countLoss } = createDetours(publisher, options);

  return async (delivery) => {
    const { message } = delivery;
    const replyTo = replyAddress(message, options.appId);
    const answer = answerTo(publisher, message, replyTo);
    if (isForged(message, replyTo !== undefined, options)) {
      const buried = await bury(delivery, failureOf(message, unsigned));
      // Whoever has asked may be ours, and lack the secret: its next attempt may bear it.
      answer({ ok: false, retryable: true, code: 'UNSIGNED_MESSAGE', message: unsigned });
      return buried;
    }
    if (message.fields.redelivered && replyTo === undefined) return countLoss(delivery);
    const body = read(message.content, options.parse);
    if (!body.ok) {
      const buried = await bury(delivery, failureOf(message, body.reason));
      answer({ ok: false, retryable: false, code: 'MALFORMED_MESSAGE', message: body.reason });
      return buried;
    }
    addLogFields(options.logFields?.(body.value) ?? {});
    try {
      const { adopt } = replyTo === undefined ? options : {};
      if (adopt) await adopt(body.value);
      else answer({ ok: true, value: await options.handle(body.value) });
      log.debug({ event: 'message-handled', queue }, 'a message is handled');
      return adopt ? 'adopted' : 'handled';
    } catch (err) {
      if (err instanceof BrokerAwayError) throw err; // no failure of the message: no attempt is counted
      const fault = toFault(err);
      markSpanFailed(err); // its attempt has ended well: the message is not lost
      log.warn({ event: 'message-failed', queue, code: fault.code, err }, 'a message failed');
      if (replyTo === undefined) return tryLater(delivery, fault);
      answer({ ok: false, retryable: fault.retryable, code: fault.code, message: told(err, fault) });
      return 'answered_fault';
    }
  };
}

/** The ways of a message that is not settled by its handler: to its dead queue for good, or to its retry queue for a while. */
function createDetours<T>(publisher: Publisher, { queue, appId, log }: ConsumerOptions<T>) {
  /** Puts a copy elsewhere, unless the message has meanwhile gone to somebody else: one poison message would become many. */
  const put = async (to: string, { message, lost }: Delivery, course: Parameters<typeof copyProperties>[2]) => {
    if (lost.aborted) throw new BrokerAwayError('the message has gone back to its queue');
    await publisher.publishCopy(toQueue(to), message.content, copyProperties(message, appId, course));
  };

  const bury = async (delivery: Delivery, failure: Failure): Promise<MessageOutcome> => {
    const { attempts, reason } = failure;
    log.error({ event: 'message-dead', queue, reason, attempts }, 'a message went to the dead queue');
    await put(deadQueue(queue), delivery, { ...failure, queue, diedAt: new Date().toISOString() });
    return 'dead';
  };

  /** Out of the way of the messages behind it: a place of the prefetch is for work, not for waiting. */
  const putAside = async (delivery: Delivery, failure: Failure, waitMs: number): Promise<MessageOutcome> => {
    const retryAt = new Date(Date.now() + waitMs).toISOString();
    await put(retryQueue(queue), delivery, { ...failure, reason: undefined, retryAt });
    return 'retried';
  };

  /** Nobody else repeats an event. */
  const tryLater = async (delivery: Delivery, fault: ServiceFault): Promise<MessageOutcome> => {
    const failure = failureOf(delivery.message, `${fault.code}: ${fault.message}`);
    if (!fault.retryable || failure.attempts >= maxAttempts) return bury(delivery, failure);
    return putAside(delivery, failure, backoffMs(failure.attempts));
  };

  /**
   * A consumer was lost over an event: perhaps this one killed it, so it is counted before it is looked at. The random delay parts it
   * from the innocent ones that were under way with it: those are done before the culprit comes again.
   */
  const countLoss = async (delivery: Delivery): Promise<MessageOutcome> => {
    const failure = failureOf(delivery.message, 'CONSUMER_LOST: perhaps over this message');
    if (failure.attempts >= maxAttempts) return bury(delivery, failure);
    return putAside(delivery, failure, Math.random() * backoffMs(failure.attempts));
  };

  return { bury, tryLater, countLoss };
}

/** A message is a request of ours if it has our `app_id` and a `reply_to` (contract, section 1). */
function replyAddress({ properties }: ConsumeMessage, appId: string): string | undefined {
  return properties.appId === appId ? (properties.replyTo as string | undefined) : undefined;
}

function isForged(message: ConsumeMessage, isRequest: boolean, options: Guarding): boolean {
  return (isRequest || options.onlyOurs === true) && options.signature?.fits(message) === false;
}
type Guarding = Pick<ConsumerOptions<never>, 'onlyOurs' | 'signature'>;

/** Nobody waits for an answer to an event. */
const answerTo =
  (publisher: Publisher, { properties }: ConsumeMessage, replyTo: string | undefined) =>
  (reply: Reply): void => {
    if (replyTo === undefined) return;
    const { correlationId } = properties as { correlationId?: string };
    publisher.reply(replyTo, Buffer.from(JSON.stringify(reply)), correlationId);
  };

function read<T>(content: Buffer, parse: (body: unknown) => Parsed<T>): Parsed<T> {
  let body: unknown;
  try {
    body = JSON.parse(content.toString('utf8'));
  } catch (err) {
    return { ok: false, reason: `no JSON: ${textOf(err)}` };
  }
  return parse(body);
}

/** What a requester is told, and a customer may read: of a failure that is no answer of the service nothing of the inside. */
const told = (err: unknown, fault: ServiceFault): string =>
  err instanceof ServiceFault ? fault.message : 'the service failed; its log says why';

function toFault(err: unknown): ServiceFault {
  if (err instanceof ServiceFault) return err;
  return new ServiceFault(textOf(err), true, 'HANDLER_FAILED');
}

/** It goes into headers and logs. */
const textOf = (err: unknown): string => (err instanceof Error ? messageOf(err) : String(err));

interface Failure {
  attempts: number;
  reason: string;
  firstReason: string;
  firstFailedAt: string;
}

/** This failed attempt, and the first one of the message. */
function failureOf(message: ConsumeMessage, reason: string): Failure {
  const { text, count } = courseOf(message);
  const before = count('attempts');
  const shortReason = reason.slice(0, 1000); // it may quote the message
  const first = before > 0 ? { reason: text('firstReason'), at: text('firstFailedAt') } : undefined;
  return {
    attempts: before + 1,
    reason: shortReason,
    firstReason: (first?.reason ?? shortReason).slice(0, 1000),
    firstFailedAt: (first?.at ?? new Date().toISOString()).slice(0, 30),
  };
}
