/** What waits where while a service is away, each printed as a step. */
import { connect } from 'amqplib';
import { orderWorkflowId } from '../../contracts/names';
import type { Addresses } from './addresses';
import type { PlacedOrder } from './cast';
import { withTemporal } from './history';
import { until } from './http';
import { printSaid, printStep } from './screen';

/** Waits until the queue holds a request that nobody takes. */
export async function requestWaits({ RABBITMQ_URL }: Addresses, queue: string): Promise<void> {
  const startedAt = performance.now();
  const connection = await connect(RABBITMQ_URL);
  try {
    const channel = await connection.createChannel();
    const { messageCount, consumerCount } = await until(`a request in ${queue}`, async () => {
      const found = await channel.checkQueue(queue);
      return found.messageCount > 0 && found.consumerCount === 0 ? found : undefined;
    });
    printStep('Its request waits in the queue', queue, 'held', performance.now() - startedAt);
    printSaid(`${messageCount} message, ${consumerCount} consumers`);
  } finally {
    await connection.close();
  }
}

/** Waits until the order's pending activity is tried for that many times. */
export async function attemptIsMade(addresses: Addresses, { orderId }: PlacedOrder, attempt: number): Promise<void> {
  const startedAt = performance.now();
  const handleId = orderWorkflowId(orderId);
  const pending = await withTemporal(addresses, (client) =>
    until(`attempt ${attempt} of an activity`, async () => {
      const { raw } = await client.workflow.getHandle(handleId).describe();
      return raw.pendingActivities?.find((activity) => (activity.attempt ?? 0) >= attempt);
    }),
  );
  const name = pending.activityType?.name ?? '';
  printStep('The workflow asks again', name, `attempt ${pending.attempt}`, performance.now() - startedAt);
  printSaid(`the one before: ${pending.lastFailure?.message ?? '-'}`);
}
