import { deadQueue, queues, retryQueue, type QueueName } from '../../contracts/names';
import { onBroker } from './broker';
import { listQueues } from './management';

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

/** Every queue of ours, in the order of `contracts/names.ts`. Throws QueueProblem when the broker does not answer. */
export async function overview({ amqp, management }: BrokerAddresses): Promise<QueueOverview[]> {
  // Nothing is known while it does not answer.
  const counted = management === null ? [] : await listQueues(management, vhostOf(amqp)).catch(() => []);
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

function vhostOf(url: string): string {
  const { pathname } = new URL(url);
  return pathname ? decodeURIComponent(pathname.slice(1)) : '/';
}
