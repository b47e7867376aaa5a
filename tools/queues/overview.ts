import { deadQueue, queues, retryQueue, type QueueName } from '../../contracts/names';
import { withBroker } from '../broker/broker';
import { listQueues } from '../broker/management';

export interface BrokerAddresses {
  amqp: string;
  /** Null when unknown: some numbers are then missing. */
  management: string | null;
}

/** Numbers of messages. Null where only the management interface knows them, and it does not answer. */
export interface QueueOverview {
  queue: QueueName;
  waiting: number;
  /** Delivered to a consumer, not acknowledged yet. */
  inFlight: number | null;
  /** Waiting for their next attempt. */
  retrying: number | null;
  consumers: number;
  dead: number;
}

/** The platform's queues in the order of `contracts/names.ts`. Throws ExpectedError when the broker does not answer. */
export async function overview({ amqp, management }: BrokerAddresses): Promise<QueueOverview[]> {
  const listed = management === null ? [] : await listQueues(management, vhostOf(amqp)).catch(() => []);
  const find = (name: string) => listed.find((each) => each.name === name);
  return withBroker(amqp, async (channel) => {
    const rows: QueueOverview[] = [];
    for (const queue of Object.values(queues)) {
      const { messageCount, consumerCount } = await channel.checkQueue(queue);
      rows.push({
        queue,
        waiting: messageCount,
        inFlight: find(queue)?.messages_unacknowledged ?? null,
        retrying: find(retryQueue(queue))?.messages ?? null,
        consumers: consumerCount,
        dead: (await channel.checkQueue(deadQueue(queue))).messageCount,
      });
    }
    return rows;
  });
}

function vhostOf(url: string): string {
  const { pathname } = new URL(url);
  return pathname ? decodeURIComponent(pathname.slice(1)) : '/';
}
