import { z } from 'zod';
import { queues, ratingsExchange } from '../../contracts/names';
import type { Addresses } from './addresses';
import type { Agent, Kitchen, Rating } from './cast';
import { until } from './http';
import { heading, paint, print, printTable } from './screen';
import { anOperator, authorization } from '../stack/access';

const restaurantAnswer = z.object({ data: z.object({ rating: z.number().nullable() }) });
const agentsAnswer = z.array(z.object({ id: z.string(), rating: z.number().nullable() }));
const queuesAnswer = z.array(
  z.object({
    name: z.string(),
    messages: z.number().optional(),
    consumers: z.number().optional(),
    message_stats: z.object({ publish: z.number().optional(), ack: z.number().optional() }).optional(),
  }),
);
type Queue = z.infer<typeof queuesAnswer>[number];

/** A rating, and who was rated. */
export interface Rated {
  kitchen: Kitchen;
  agent: Agent;
  rating: Rating;
}

/** What went over the broker: the queues, and what the ratings came to on the other side of the fanout. */
export async function printMessages(addresses: Addresses, rated: Rated): Promise<void> {
  const means = await ratingMeans(addresses, rated);
  heading('The messages', 'request and reply over durable queues; ratings by fanout');
  const { RABBITMQ_MANAGEMENT_URL } = addresses;
  if (RABBITMQ_MANAGEMENT_URL) await printQueues(RABBITMQ_MANAGEMENT_URL);
  else print('    (RABBITMQ_MANAGEMENT_URL is not set: the queues are not shown)');
  print(
    `  ${paint('cyan', ratingsExchange)} brought order ${rated.rating.order}, agent ${rated.rating.agent}; the means are now`,
  );
  printTable(
    ['service', 'of', 'mean rating'],
    [
      ['restaurant', rated.kitchen.restaurantId, means.restaurant],
      ['delivery', rated.agent.agentId, means.agent],
    ],
  );
}

/** Polls both services until the rating has arrived at each. */
function ratingMeans(addresses: Addresses, { kitchen: { restaurantId }, agent: { agentId } }: Rated) {
  return until('the rating at both services', async () => {
    const restaurant = await get(`${addresses.RESTAURANT_SERVICE_URL}/restaurants/${restaurantId}`, restaurantAnswer);
    const agents = await get(`${addresses.DELIVERY_SERVICE_URL}/agents`, agentsAnswer, await authorization(anOperator));
    const means = {
      restaurant: restaurant.data.rating,
      agent: agents.find(({ id }) => id === agentId)?.rating ?? null,
    };
    return means.restaurant === null || means.agent === null ? undefined : means;
  });
}

/** The broker counts every 5 s: polls until its numbers hold this order's rating, the last message of all. */
async function printQueues(managementUrl: string): Promise<void> {
  const counted = await until("the broker's statistics", async () => {
    const found = await listQueues(managementUrl);
    const last = found.find(({ name }) => name === queues.deliveryRatings);
    return last?.message_stats?.ack && last.messages === 0 ? found : undefined;
  });
  const ours = new Set<string>(Object.values(queues));
  const waitingElsewhere = (queue: Queue) => !ours.has(queue.name) && (queue.messages ?? 0) > 0;
  const shown = counted.filter((queue) => ours.has(queue.name) || waitingElsewhere(queue));
  printTable(
    ['queue', 'waiting', 'consumers', 'came', 'done'],
    shown.map((queue) => [
      queue.name,
      queue.messages ?? 0,
      queue.consumers ?? 0,
      queue.message_stats?.publish ?? 0,
      queue.message_stats?.ack ?? 0,
    ]),
  );
}

function listQueues(managementUrl: string): Promise<Queue[]> {
  const { username, password, origin, pathname } = new URL(managementUrl);
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return get(`${origin}${pathname.replace(/\/$/, '')}/api/queues`, queuesAnswer, { authorization: `Basic ${login}` });
}

async function get<T extends z.ZodType>(url: string, answer: T, headers: { authorization?: string } = {}) {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}`);
  return answer.parse(await response.json());
}
