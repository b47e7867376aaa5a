import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import { ratingsExchange } from '../../contracts/names';
import type { Journal } from './journal';

interface Options {
  exchange?: string;
  messageId?: string;
  /** Sent as it is instead of as JSON. */
  raw?: boolean;
}

/** Programs that are not ours, with messages only: old ones, ones that repeat themselves, ones that write nonsense. */
export interface Outsider {
  /** Publishes until the broker has confirmed it; false: it had not when the run ended. Twice is possible. */
  send(routingKey: string, body: unknown, options?: Options): Promise<boolean>;
}

const pauseMs = 500;
const confirmLimitMs = 5_000;

export function createOutsider(url: string, journal: Journal, end: AbortSignal): Outsider {
  return {
    async send(routingKey, body, options = {}) {
      const content = options.raw ? String(body) : JSON.stringify(body);
      while (!end.aborted) {
        const confirmed = await publish(url, routingKey, content, options).catch(() => false);
        journal.write({ what: `message to ${options.exchange ?? routingKey}`, confirmed, content });
        if (confirmed) return true;
        await sleep(pauseMs, undefined, { signal: end }).catch(() => undefined);
      }
      return false;
    },
  };
}

/** On a connection of its own, which is closed whatever comes: a frozen broker must not hold anybody. */
async function publish(url: string, routingKey: string, content: string, options: Options): Promise<boolean> {
  const { exchange = '', messageId } = options;
  const connection = await connect(url, { timeout: confirmLimitMs });
  const lost = new Promise<never>((_, reject) => {
    connection.on('error', reject);
    connection.on('close', () => reject(new Error('the broker has closed the connection')));
  });
  lost.catch(() => undefined);
  const published = async (): Promise<boolean> => {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    if (exchange) await channel.assertExchange(ratingsExchange, 'fanout', { durable: false }); // as old programs do
    channel.publish(exchange, routingKey, Buffer.from(content), { persistent: true, ...(messageId && { messageId }) });
    await channel.waitForConfirms();
    return true;
  };
  const late = sleep(confirmLimitMs, false, { ref: false });
  try {
    return await Promise.race([published(), lost, late]);
  } finally {
    // Its socket goes with it also when nobody answers.
    void connection.close().catch(() => undefined);
  }
}
