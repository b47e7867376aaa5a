import { deadQueue, queues } from '../../../contracts/names';
import { readLetters } from '../../queues/dead-letters';
import { listQueues } from '../../queues/management';
import type { Addresses } from '../addresses';
import type { Evidence, Queue } from './evidence';

/** Every queue of the broker, also those that are nobody's, as its management interface counts them: every 5 s. */
export async function readQueues({ RABBITMQ_MANAGEMENT_URL }: Addresses): Promise<Queue[]> {
  const found = await listQueues(RABBITMQ_MANAGEMENT_URL);
  return found.map(({ name, messages }) => ({ name, messages: messages ?? null }));
}

export async function readDeadLetters({ RABBITMQ_URL }: Addresses): Promise<Evidence['deadLetters']> {
  const letters: Evidence['deadLetters'] = [];
  for (const queue of Object.values(queues)) {
    const found = await readLetters(RABBITMQ_URL, queue, 'all');
    letters.push(...found.map(({ id, reason }) => ({ queue, id, reason })));
  }
  return letters;
}

const deadQueues = new Set<string>(Object.values(queues).map(deadQueue));

/** Queues in which something waits that should not: unread, tried again, or held by a consumer. */
export const notEmpty = (found: Queue[]): Queue[] =>
  found.filter(({ name, messages }) => messages !== 0 && !deadQueues.has(name));
