import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { ConsumerOptions, Parsed } from './consumer-options';
import { ServiceFault } from './errors';
import { toQueue, type Publisher } from './publisher';
import type { Reply } from './reply';

/** Attempts at a message that nobody else repeats (an event), consumers lost over it included; then it goes to the dead queue. */
export const maxAttempts = 20;
const attemptsHeader = 'x-attempts';
const backoffMs = (attempt: number): number => Math.min(100 * 2 ** attempt, 30_000);

/** Carries a message to where it may be acknowledged. Throws when the broker would not take what has to go back to it. */
export type Settle = (channel: ConfirmChannel, message: ConsumeMessage) => Promise<void>;

/**
 * What becomes of a message: handled and answered, adopted, put back with its count after a growing delay, or buried with the
 * reason. `stopping` cuts the delays short. A request is answered also when it fails: whoever asked repeats it, and it expires.
 */
export function createSettle<T>(publisher: Publisher, options: ConsumerOptions<T>, stopping: AbortSignal): Settle {
  const { queue, log } = options;

  const bury = async (message: ConsumeMessage, reason: string, attempts = attemptsOf(message) + 1): Promise<void> => {
    const shortReason = reason.slice(0, 1000); // it may quote the message
    log.error({ event: 'message-dead', queue, reason: shortReason, attempts }, 'a message went to the dead queue');
    const headers = {
      'x-reason': shortReason,
      'x-queue': queue,
      [attemptsHeader]: attempts,
      'x-died-at': new Date().toISOString(),
    };
    await publisher.publish(toQueue(options.deadQueue), message.content, carry(message, headers));
  };

  /** Nobody else repeats an event. */
  const tryLater = async (message: ConsumeMessage, fault: ServiceFault): Promise<void> => {
    const attempts = attemptsOf(message) + 1;
    if (!fault.retryable || attempts >= maxAttempts) return bury(message, `${fault.code}: ${fault.message}`, attempts);
    await delay(backoffMs(attempts), stopping);
    await publisher.publish(toQueue(queue), message.content, carry(message, { [attemptsHeader]: attempts }));
  };

  /**
   * A consumer was lost over an event: perhaps this one killed it, so it is counted before it is looked at. The random delay parts it
   * from the innocent ones that were under way with it: those are done before the culprit comes again.
   */
  const countLoss = async (message: ConsumeMessage): Promise<void> => {
    const attempts = attemptsOf(message) + 1;
    if (attempts >= maxAttempts) return bury(message, `CONSUMER_LOST: ${attempts} times over this message`, attempts);
    await delay(Math.random() * backoffMs(attempts), stopping);
    await publisher.publish(toQueue(queue), message.content, carry(message, { [attemptsHeader]: attempts }));
  };

  return async (channel, message) => {
    const replyTo = replyAddress(message, options.appId);
    if (message.fields.redelivered && replyTo === undefined) return countLoss(message);
    const answer = (reply: Reply): void => {
      if (replyTo !== undefined) sendReply(channel, replyTo, message, reply);
    };
    const body = read(message.content, options.parse);
    if (!body.ok) {
      await bury(message, body.reason);
      return answer({ ok: false, retryable: false, code: 'MALFORMED_MESSAGE', message: body.reason });
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
}

/** A message is a request of ours if it has our `app_id` and a `reply_to` (contract, section 1). */
function replyAddress({ properties }: ConsumeMessage, appId: string): string | undefined {
  return properties.appId === appId ? (properties.replyTo as string | undefined) : undefined;
}

function sendReply(channel: ConfirmChannel, replyTo: string, message: ConsumeMessage, reply: Reply): void {
  const { correlationId } = message.properties as { correlationId?: string };
  const content = Buffer.from(JSON.stringify(reply));
  // Not mandatory: whoever asked may have gone.
  channel.sendToQueue(replyTo, content, { correlationId, contentType: 'application/json' });
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
  return {
    messageId,
    correlationId,
    type,
    contentType,
    headers: { ...portable(message.properties.headers), ...headers },
  };
}

/**
 * Headers that can be sent again. What others have put there may be more than the client library can encode, a table that is too large
 * for one: then no copy could be published, and the message would come back for ever.
 */
const portable = (headers: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) =>
        typeof value === 'string' ? value.length <= 1_000 : typeof value === 'boolean' || Number.isSafeInteger(value),
      )
      .slice(0, 20),
  );

/** Resolves after the time, or as soon as the signal is aborted. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
