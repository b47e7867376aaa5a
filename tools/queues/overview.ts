import { deadQueue, queues, retryQueue } from '../../contracts/names';
import { withBroker } from '../broker/broker';
import { listQueues } from '../broker/management';

export interface BrokerAddresses {
  amqp: string;
  /** Null when unknown: some numbers are then missing. */
  management: string | null;
}

/**
 * Numbers of messages in the platform's queues, in the order of `contracts/names.ts`. Null where only the management interface knows them, and
 * it does not answer. Throws ExpectedError when the broker does not answer.
 */
export async function overview({ amqp, management }: BrokerAddresses) {
  const listed = management === null ? [] : await listQueues(management, vhostOf(amqp)).catch(() => []);
  const find = (name: string) => listed.find((each) => each.name === name);
  return withBroker(amqp, async (channel) => {
    const rows = [];
    for (const queue of Object.values(queues)) {
      const { messageCount, consumerCount } = await channel.checkQueue(queue);
      rows.push({
        queue,
        waiting: messageCount,
        /** Delivered to a consumer, not acknowledged yet. */
        inFlight: find(queue)?.messages_unacknowledged ?? null,
        /** Waiting for their next attempt. */
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
