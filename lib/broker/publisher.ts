import { randomUUID } from 'node:crypto';
import type { ConfirmChannel, Options } from 'amqplib';
import { correlationHeaders } from '../logging/correlation';
import type { BrokerConnection } from './connection';
import { BrokerUnavailableError, UnroutableError } from './errors';
import { nameOf, toQueue, type Destination } from './message';
import { signatureHeader, type Signature } from './signature';
import { withTraceparent, type BrokerMetrics } from './telemetry';

export type Publisher = ReturnType<typeof createPublisher>;

/**
 * A broker that neither confirms nor reports being blocked counts as unavailable after this time: far longer than a confirm takes under
 * load, as long as a caller's attempt (`ATTEMPT_MS`), and shorter than the two heartbeats after which the connection is given up.
 */
const confirmTimeoutMs = 10_000;

/** A message that the broker has not confirmed yet. */
interface Pending {
  messageId: string;
  /** The broker has returned it because no queue takes it. The confirm still follows. */
  returned: boolean;
  /** Fails at the confirm timeout, and when the broker is blocked. */
  failFast: boolean;
  /** Only the first call counts. */
  settle(error?: Error): void;
}

/** The messages that are not confirmed yet. They learn when the broker returns one, blocks, or is lost. */
function watchPending(connection: BrokerConnection): Set<Pending> {
  const pending = new Set<Pending>();

  void connection.onSetUp(async ({ channel }) => {
    channel.on('return', (message) => {
      const { messageId } = message.properties as { messageId?: string };
      // The broker returns messages in order; copies of foreign messages may share an id.
      const first = [...pending].find((each) => each.messageId === messageId && !each.returned);
      if (first) first.returned = true;
    });
  });
  connection.onLost((cause) => {
    const lost = new BrokerUnavailableError(`connection lost before the confirm: ${cause.message}`);
    for (const publication of [...pending]) publication.settle(lost);
  });
  connection.onBlocked((cause) => {
    for (const publication of [...pending]) if (publication.failFast) publication.settle(cause);
  });
  return pending;
}

/** Every message carries `appId` as its `app_id` and, given a signature, is signed. */
export function createPublisher(
  connection: BrokerConnection,
  metrics: Pick<BrokerMetrics, 'publishing'>,
  appId: string,
  signature?: Signature,
) {
  const pending = watchPending(connection);

  const publish = async (to: Destination, body: Buffer, options: Options.Publish, failFast: boolean): Promise<void> => {
    const { channel } = connection.session();
    const isRequest = options.replyTo !== undefined;
    const headers = {
      ...correlationHeaders(),
      ...(options.headers as object | undefined), // a copy keeps the headers of its message
      ...(signature && { [signatureHeader]: signature.sign(nameOf(to), isRequest, body) }),
    };
    const messageId = options.messageId ?? randomUUID(); // also for a copy of a message without an id
    const always = { headers, messageId, appId, persistent: true };
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      const publication: Pending = {
        messageId,
        failFast,
        returned: false,
        settle(error) {
          clearTimeout(timer);
          pending.delete(publication);
          if (error) reject(error);
          else if (publication.returned)
            reject(new UnroutableError(`no queue takes ${to.exchange || 'messages'} for "${to.routingKey}"`));
          else resolve();
        },
      };
      pending.add(publication);
      const onTimeout = (): void =>
        publication.settle(new BrokerUnavailableError(`the broker did not confirm within ${confirmTimeoutMs} ms`));
      if (failFast) timer = setTimeout(onTimeout, confirmTimeoutMs);
      send(channel, to, body, { mandatory: true, ...options, ...always }, (error) => publication.settle(error));
    });
  };

  return {
    /**
     * Publishes a persistent message, mandatory unless `options` say otherwise, and resolves when the broker has confirmed it. Throws UnroutableError when no queue takes
     * it; BrokerUnavailableError, at once while the broker is down or blocked: it may have taken the message.
     */
    publish: (to: Destination, body: Buffer, options: Options.Publish = {}) =>
      metrics.publishing(nameOf(to), publish(to, body, withTraceparent(options), true)),
    /**
     * The same for a copy of a message that its consumer still holds. It is not urgent, but a duplicate would do harm, so it waits for the
     * confirm as long as the connection lives: with a broker that hangs, until the heartbeats end it after 20 to 30 s. A stop waits for it
     * too. If the process's drain limit cuts that short, the message returns to its queue, and the copy may be there as well.
     */
    publishCopy: (to: Destination, body: Buffer, options: Options.Publish) =>
      metrics.publishing(nameOf(to), publish(to, body, options, false)),
    /** Sends a reply. The requester may be gone, so it is neither mandatory nor confirmed. Throws BrokerUnavailableError if it was not sent. */
    reply(replyTo: string, body: Buffer, correlationId: string | undefined): void {
      const { channel } = connection.session();
      send(channel, toQueue(replyTo), body, { correlationId }, () => undefined);
    },
    untilBlocked: () => connection.untilBlocked(),
    untilUnblocked: (signal: AbortSignal) => connection.untilUnblocked(signal),
  };
}

function send(
  channel: ConfirmChannel,
  { exchange, routingKey }: Destination,
  body: Buffer,
  properties: Options.Publish,
  settle: (error?: Error) => void,
): void {
  const onConfirm = (error: unknown): void =>
    settle(error ? new BrokerUnavailableError('the broker refused the message', { cause: error }) : undefined);
  try {
    channel.publish(exchange, routingKey, body, { contentType: 'application/json', ...properties }, onConfirm);
  } catch (error) {
    settle(new BrokerUnavailableError(`the channel is closed: ${String(error)}`));
  }
}
