import { z } from 'zod';
import { queues, ratingsExchange } from '../../../contracts/names';
import { bodyOf } from '../../platform/answer';
import type { Platform } from '../../platform/platform';
import { until } from '../../platform/until';
import type { Agent, Kitchen, Rating } from '../people';
import { heading, paint, print, printTable } from '../screen';
import { stepTimeoutMs } from '../steps';
import type { Addresses } from '../system';

const listedQueues = z.array(
  z.object({
    name: z.string(),
    messages: z.number().default(0),
    consumers: z.number().default(0),
    message_stats: z.object({ publish: z.number().default(0), ack: z.number().default(0) }).optional(),
  }),
);
type Queue = z.infer<typeof listedQueues>[number];

/** A rating, and the restaurant and agent that got it. */
export interface Rated {
  kitchen: Kitchen;
  agent: Agent;
  rating: Rating;
}

/** The queues, and the means at both consumers of the ratings. Waits until the rating has arrived at each. */
export async function printMessages(platform: Platform, addresses: Addresses, rated: Rated): Promise<void> {
  const { kitchen, agent, rating } = rated;
  const means = await until(
    'the rating at both services',
    async () => {
      const { data } = bodyOf(await platform.restaurant(kitchen.restaurantId));
      const shown = bodyOf(await platform.agents()).find(({ id }) => id === agent.agentId);
      return data.rating && shown?.rating ? { restaurant: data.rating, agent: shown.rating } : undefined;
    },
    stepTimeoutMs,
  );
  heading('The messages', 'requests and replies over durable queues, ratings over a fanout exchange');
  if (addresses.RABBITMQ_MANAGEMENT_URL) await printQueues(addresses.RABBITMQ_MANAGEMENT_URL);
  else print('    (RABBITMQ_MANAGEMENT_URL is not set: no queues are shown)');
  print(`  ${paint('cyan', ratingsExchange)} carried order ${rating.order}, agent ${rating.agent}; the means are now`);
  printTable(
    ['service', 'of', 'mean rating'],
    [
      ['restaurant', kitchen.restaurantId, means.restaurant],
      ['delivery', agent.agentId, means.agent],
    ],
  );
}

/** RabbitMQ updates its statistics every 5 s: waits until they include this order's rating, the last message. */
async function printQueues(managementUrl: string): Promise<void> {
  const ours = new Set<string>(Object.values(queues));
  const counted = await until(
    "the broker's statistics",
    async () => {
      const found = await listQueues(managementUrl);
      const last = found.find(({ name }) => name === queues.deliveryRatings);
      return last?.message_stats?.ack && last.messages === 0 ? found : undefined;
    },
    stepTimeoutMs,
  );
  const listed = counted.filter(({ name, messages }) => ours.has(name) || messages > 0);
  printTable(
    ['queue', 'waiting', 'consumers', 'published', 'acknowledged'],
    listed.map(({ name, messages, consumers, message_stats: { publish, ack } = { publish: 0, ack: 0 } }) => [
      name,
      ...[messages, consumers, publish, ack],
    ]),
  );
}

async function listQueues(managementUrl: string): Promise<Queue[]> {
  const url = new URL('api/queues', managementUrl.replace(/\/?$/, '/'));
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = url.password = '';
  const headers = { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`GET ${url.href} answered ${response.status}`);
  return listedQueues.parse(await response.json());
}
