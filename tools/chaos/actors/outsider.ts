import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import type { ratingsExchange } from '../../../contracts/names';
import type { Journal } from '../journal';

const repeatAfterMs = 500;
const confirmTimeoutMs = 5_000;

type Destination = { queue: string } | { exchange: typeof ratingsExchange };
export type Outsider = ReturnType<typeof createOutsider>;

/** Other programs, which know the queues alone: old ones, ones that repeat messages, ones that send malformed ones. */
export function createOutsider(url: string, journal: Journal, end: AbortSignal) {
  return {
    /** Publishes until the broker confirms, possibly more than once. Returns false when the run ended before. A string is sent as it is. */
    async publish(destination: Destination, body: string | object, messageId?: string): Promise<boolean> {
      const content = typeof body === 'string' ? body : JSON.stringify(body);
      while (!end.aborted) {
        const confirmed = await publishOnce(url, destination, content, messageId).catch(() => false);
        journal.write({ what: 'message', ...destination, confirmed, content });
        if (confirmed) return true;
        await sleep(repeatAfterMs, undefined, { signal: end }).catch(() => undefined);
      }
      return false;
    },
  };
}

/** Over its own connection, with a timeout: the broker may be frozen. */
async function publishOnce(url: string, to: Destination, content: string, messageId?: string): Promise<boolean> {
  const connection = await connect(url, { timeout: confirmTimeoutMs });
  connection.on('error', () => undefined);
  const publish = async (): Promise<boolean> => {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    const [exchange, routingKey] = 'queue' in to ? ['', to.queue] : [to.exchange, ''];
    if (exchange) await channel.assertExchange(exchange, 'fanout', { durable: false }); // as old programs do
    channel.publish(exchange, routingKey, Buffer.from(content), { persistent: true, messageId });
    await channel.waitForConfirms();
    return true;
  };
  try {
    return await Promise.race([publish(), sleep(confirmTimeoutMs, false, { ref: false })]);
  } finally {
    void connection.close().catch(() => undefined); // not awaited: a frozen broker does not answer
  }
}
