import type { ConfirmChannel, GetMessage } from 'amqplib';
import { deadQueue, platformAppId, queues, type QueueName } from '../../contracts/names';
import { copyProperties, historyOf } from '../../lib/broker/message-copy';
import { signatureHeader, type Signature } from '../../lib/broker/signature';
import { claimDeadLetters, onBroker, QueueProblem } from './broker';
import { letterFrom, type DeadLetter } from './letter';

/** Which dead letters: all that are there at the beginning, or every one with such an id. */
export type Which = 'all' | { ids: readonly string[] };

/** Letters that are worked on at a time: what is put back twice when this process dies is no more than that. */
const chunkSize = 50;

interface Found {
  message: GetMessage;
  letter: DeadLetter;
}

/** Throws QueueProblem for a name that is no queue of ours. */
export function queueNamed(name: string): QueueName {
  const known = Object.values(queues);
  const queue = known.find((each) => each === name);
  if (!queue) throw new QueueProblem(`there is no queue "${name}"; the queues are ${known.join(', ')}`);
  return queue;
}

/**
 * The oldest dead letters of a queue, at most so many; with ids, all those and no others. They stay where they are.
 * Throws QueueProblem when there is none of such an id.
 */
export async function readLetters(
  url: string,
  queue: QueueName,
  which: Which,
  limit = Infinity,
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  await walk(url, queue, limit, async (found) => {
    letters.push(...chosen(found, which).map(({ letter }) => letter));
  });
  demand(which, queue, letters);
  return letters;
}

/**
 * Puts dead letters back into their queue, their attempts counted afresh, and resolves to how many. Each leaves the dead queue only when
 * the broker has confirmed it in the other: cut short at any point, it has lost nothing, and put some back twice at most.
 * With a signature they bear it. Throws QueueProblem when there is none of such an id; those of the other ids have been put back then.
 */
export async function redrive(url: string, queue: QueueName, which: Which, signature?: Signature): Promise<number> {
  const letters: DeadLetter[] = [];
  await walk(url, queue, Infinity, async (found, channel) => {
    const batch = chosen(found, which);
    await publish(channel, queue, batch, signature);
    for (const { message } of batch) channel.ack(message);
    letters.push(...batch.map(({ letter }) => letter));
  });
  demand(which, queue, letters);
  return letters.length;
}

/** Deletes the dead letters with this id and resolves to how many. Throws QueueProblem when there is none. */
export async function drop(url: string, queue: QueueName, id: string): Promise<number> {
  const letters: DeadLetter[] = [];
  const which = { ids: [id] };
  await walk(url, queue, Infinity, async (found, channel) => {
    for (const { message, letter } of chosen(found, which)) {
      channel.ack(message);
      letters.push(letter);
    }
  });
  demand(which, queue, letters);
  return letters.length;
}

/** Goes through the dead letters that are there now, oldest first. Those that it leaves unacknowledged go back to their places. */
function walk(
  url: string,
  queue: QueueName,
  limit: number,
  visit: (found: Found[], channel: ConfirmChannel) => Promise<void>,
): Promise<void> {
  return onBroker(url, async (channel, model) => {
    await claimDeadLetters(model, queue);
    const dead = deadQueue(queue);
    const { messageCount } = await channel.checkQueue(dead);
    // Counted at the beginning: a letter that is put back may die again at once.
    for (let left = Math.min(messageCount, limit); left > 0; left -= chunkSize) {
      const gets = Array.from({ length: Math.min(left, chunkSize) }, () => channel.get(dead));
      const messages = (await Promise.all(gets)).filter((message) => message !== false);
      await visit(
        messages.map((message) => ({ message, letter: letterFrom(message) })),
        channel,
      );
    }
  });
}

async function publish(
  channel: ConfirmChannel,
  queue: QueueName,
  found: Found[],
  signature: Signature | undefined,
): Promise<void> {
  let returned = false;
  const onReturn = () => (returned = true);
  channel.on('return', onReturn);
  for (const { message } of found) {
    const course = { redriven: historyOf(message).count('redriven') + 1 };
    const properties = { ...copyProperties(message, platformAppId, course), appId: platformAppId };
    const signed = signature && { [signatureHeader]: signature.sign(queue, false, message.content) };
    const headers = { ...(properties.headers as object), ...signed };
    channel.sendToQueue(queue, message.content, { ...properties, headers, persistent: true, mandatory: true });
  }
  // What the broker could not route comes back before its confirm.
  await channel.waitForConfirms().catch((err: unknown) => {
    throw new QueueProblem(`the broker does not take all of them, these dead letters stay (${String(err)})`);
  });
  channel.off('return', onReturn);
  if (returned) throw new QueueProblem(`the broker has no queue ${queue} any more; the dead letters stay`);
}

const chosen = (found: Found[], which: Which): Found[] =>
  which === 'all' ? found : found.filter(({ letter }) => which.ids.includes(letter.id));

function demand(which: Which, queue: QueueName, letters: DeadLetter[]): void {
  if (which === 'all') return;
  const missing = which.ids.filter((id) => !letters.some((letter) => letter.id === id));
  if (missing.length > 0) throw new QueueProblem(`no dead letter of ${queue} has the id ${missing.join(', ')}`);
}
