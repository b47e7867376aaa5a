import { queues } from '../../../contracts/names';
import { until } from '../../platform/until';
import { listQueues } from '../../broker/management';
import { heading, print, printTable } from '../screen';

/** The queues and how many messages went through each. Waits until RabbitMQ has counted this order's rating, the last message. */
export async function printQueues(managementUrl: string | undefined): Promise<void> {
  heading('The messages', 'requests and replies over durable queues, ratings over a fanout exchange');
  if (managementUrl === undefined) return print('    (RABBITMQ_MANAGEMENT_URL is not set: no queues are shown)');
  const counted = await until('the statistics of the queues', async () => {
    const found = await listQueues(managementUrl);
    const last = found.find(({ name }) => name === queues.deliveryRatings);
    return last?.message_stats?.ack && last.messages === 0 ? found : undefined;
  });
  const ours = new Set<string>(Object.values(queues));
  const rows = counted.map(({ name, messages = 0, consumers = 0, message_stats: { publish = 0, ack = 0 } = {} }) => ({
    queue: name,
    waiting: messages,
    consumers,
    published: publish,
    acknowledged: ack,
  }));
  printTable(rows.filter(({ queue, waiting }) => ours.has(queue) || waiting > 0));
}
