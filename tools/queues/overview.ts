import { z } from 'zod';
import { deadQueue, queues, retryQueue, type QueueName } from '../../contracts/names';
import { onBroker } from './broker';

export interface BrokerAddresses {
  amqp: string;
  /** Null where nobody told us: then some numbers are not known. */
  management: string | null;
}

/** A queue in numbers of messages; null where only the management interface knows, which counts every 5 s. */
export interface QueueOverview {
  queue: QueueName;
  waiting: number;
  /** With a consumer, not acknowledged yet. */
  underWay: number | null;
  /** Failed, and tried again later. */
  retrying: number | null;
  consumers: number;
  dead: number;
}

const listed = z.array(
  z.object({ name: z.string(), messages: z.number().optional(), messages_unacknowledged: z.number().optional() }),
);
type Listed = z.infer<typeof listed>;

const managementLimitMs = 5_000;

/** Every queue of ours, in the order of `contracts/names.ts`. Throws QueueProblem when the broker does not answer. */
export async function overview({ amqp, management }: BrokerAddresses): Promise<QueueOverview[]> {
  const counted = management === null ? [] : await list(management, vhostOf(amqp));
  const known = (name: string) => counted.find((each) => each.name === name);
  return onBroker(amqp, async (channel) => {
    const rows: QueueOverview[] = [];
    for (const queue of Object.values(queues)) {
      const { messageCount, consumerCount } = await channel.checkQueue(queue);
      rows.push({
        queue,
        waiting: messageCount,
        underWay: known(queue)?.messages_unacknowledged ?? null,
        retrying: known(retryQueue(queue))?.messages ?? null,
        consumers: consumerCount,
        dead: (await channel.checkQueue(deadQueue(queue))).messageCount,
      });
    }
    return rows;
  });
}

/** What the management interface knows; nothing while it does not answer. */
async function list(managementUrl: string, vhost: string): Promise<Listed> {
  const { username, password, origin, pathname } = new URL(managementUrl);
  const credentials = `${decodeURIComponent(username) || 'guest'}:${decodeURIComponent(password) || 'guest'}`;
  const address = `${origin}${pathname.replace(/\/$/, '')}/api/queues/${encodeURIComponent(vhost)}`;
  try {
    const response = await fetch(address, {
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      signal: AbortSignal.timeout(managementLimitMs),
    });
    return response.ok ? listed.parse(await response.json()) : [];
  } catch {
    return [];
  }
}

function vhostOf(url: string): string {
  const { pathname } = new URL(url);
  return pathname ? decodeURIComponent(pathname.slice(1)) : '/';
}
