import type { ConfirmChannel } from 'amqplib';
import { deadQueue, queues, ratingsExchange, retryQueue, type QueueName } from '../../contracts/names';

/**
 * Declares all queues, and the ratings exchange with both services' durable queues bound to it. Every connection does so before
 * it publishes, whoever consumes: the exchange is transient and goes with a broker restart, and must not come back unbound.
 * The arguments are those of the old programs: any difference would fail whoever declares second.
 */
export async function declareTopology(channel: ConfirmChannel): Promise<void> {
  await channel.assertExchange(ratingsExchange, 'fanout', { durable: false });
  for (const queue of Object.values(queues)) {
    await channel.assertQueue(queue, { durable: true });
    await channel.assertQueue(retryQueue(queue), { durable: true });
    await channel.assertQueue(deadQueue(queue), { durable: true });
  }
  for (const queue of ratingQueues) await channel.bindQueue(queue, ratingsExchange, '');
}

const ratingQueues: QueueName[] = [queues.restaurantRatings, queues.deliveryRatings];
