import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { ConfirmChannel, GetMessage, Message } from 'amqplib';
import { deadQueue, platformAppId, type QueueName } from '../../contracts/names';
import { copyProperties, historyHeaders, historyOf } from '../../lib/broker/message-copy';
import { signatureHeader, unsignedCode, type Signature } from '../../lib/broker/signature';
import { ExpectedError, messageOf } from '../cli/cli';
import { claimDeadLetters, withBroker } from './broker';

export type DeadLetter = ReturnType<typeof parseDeadLetter>;

/** A dead letter as it is shown. Unknown values are null: other programs may write to a dead queue too. */
function parseDeadLetter(message: Message) {
  const { text, count } = historyOf(message);
  const ours = new Set<string>(Object.values(historyHeaders));
  const headers = Object.entries<unknown>(message.properties.headers ?? {}).filter(([name]) => !ours.has(name));
  const properties = shownProperties.map((name) => [name, message.properties[name] as unknown] as const);
  return {
    id: idOf(message, text('diedAt')),
    reason: text('reason') ?? null,
    attempts: count('attempts'),
    diedAt: text('diedAt') ?? null,
    firstReason: text('firstReason') ?? null,
    firstFailedAt: text('firstFailedAt') ?? null,
    redriven: count('redriven'),
    appId: text('appId') ?? null,
    properties: Object.fromEntries(properties.filter(([, value]) => value !== undefined)),
    headers: Object.fromEntries(headers),
    body: bodyOf(message.content),
  };
}

const shownProperties = [
  'messageId',
  'correlationId',
  'type',
  'contentType',
  'contentEncoding',
  'timestamp',
  'priority',
] as const;

const typeable = /^[\x21-\x7e]+$/;

/** The message id. Without one that can be typed, `hash-…` of the body and the time of death. */
function idOf({ properties, content }: Message, diedAt = ''): string {
  const messageId: unknown = properties.messageId;
  if (typeof messageId === 'string' && typeable.test(messageId)) return messageId;
  return `hash-${createHash('sha256').update(content).update(diedAt).digest('hex').slice(0, 12)}`;
}

/** Text if it is valid UTF-8. */
function bodyOf(content: Buffer): { text: string } | { base64: string } {
  return isUtf8(content) ? { text: content.toString() } : { base64: content.toString('base64') };
}

/** All dead letters that are there when the command starts, or every one with one of these ids. */
export type Selection = 'all' | { ids: readonly string[] };

/** The most letters that are put back twice when the process is killed. */
const batchSize = 50;

/** The oldest dead letters of a queue, left in place. Throws ExpectedError when there is no letter with one of the ids. */
export const readLetters = (url: string, queue: QueueName, selection: Selection, limit = Infinity) =>
  visit(url, queue, selection, async () => undefined, limit);

interface RedriveOptions {
  /** Signs what is put back. */
  signature?: Signature | undefined;
  /** Whether letters that were refused for their signature are put back, and so signed, too. Only where each is named. */
  unsigned?: boolean;
}

/** Someone may have forged it. */
const isUnsigned = ({ reason, firstReason }: DeadLetter): boolean =>
  [reason, firstReason].some((text) => text?.startsWith(unsignedCode));

/**
 * Puts dead letters back into their queue with their attempts reset to 0, and resolves to the numbers of those and of the unsigned ones, which
 * stay. A letter leaves the dead queue only once the broker has confirmed its copy: a command that is cut short loses nothing, and puts at most one
 * batch back twice. Throws ExpectedError when there is no letter with one of the ids; those with the other ids have been put back then.
 */
export async function redrive(url: string, queue: QueueName, selection: Selection, options: RedriveOptions = {}) {
  const { signature, unsigned = false } = options;
  let redriven = 0;
  const letters = await visit(url, queue, selection, async (messages, channel) => {
    const trusted = unsigned ? messages : messages.filter((message) => !isUnsigned(parseDeadLetter(message)));
    await publish(channel, queue, trusted, signature);
    for (const message of trusted) channel.ack(message);
    redriven += trusted.length;
  });
  return { redriven, unsigned: letters.length - redriven };
}

/** Deletes the dead letters with this id, and resolves to their number. Throws ExpectedError when there is none. */
export async function drop(url: string, queue: QueueName, id: string): Promise<number> {
  const letters = await visit(url, queue, { ids: [id] }, async (messages, channel) => {
    for (const message of messages) channel.ack(message);
  });
  return letters.length;
}

/** Passes the selected letters to `handle`, oldest first and in batches. Those that it does not acknowledge return to their places. */
async function visit(
  url: string,
  queue: QueueName,
  selection: Selection,
  handle: (messages: GetMessage[], channel: ConfirmChannel) => Promise<void>,
  limit = Infinity,
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  await withBroker(url, async (channel, connection) => {
    await claimDeadLetters(connection, queue);
    const dead = deadQueue(queue);
    const { messageCount } = await channel.checkQueue(dead);
    // Counted once: a letter that is put back may die again at once.
    for (let left = Math.min(messageCount, limit); left > 0; left -= batchSize) {
      const gets = Array.from({ length: Math.min(left, batchSize) }, () => channel.get(dead));
      const selected = (await Promise.all(gets))
        .filter((message) => message !== false)
        .map((message) => ({ message, letter: parseDeadLetter(message) }))
        .filter(({ letter }) => selection === 'all' || selection.ids.includes(letter.id));
      const messages = selected.map(({ message }) => message);
      await handle(messages, channel);
      letters.push(...selected.map(({ letter }) => letter));
    }
  });
  if (selection === 'all') return letters;
  const missing = selection.ids.filter((id) => !letters.some((letter) => letter.id === id));
  if (missing.length > 0) throw new ExpectedError(`no dead letter of ${queue} has the id ${missing.join(', ')}`);
  return letters;
}

async function publish(channel: ConfirmChannel, queue: QueueName, messages: GetMessage[], signature?: Signature) {
  let returned = false;
  const onReturn = () => (returned = true);
  channel.on('return', onReturn);
  for (const message of messages) {
    const history = { redriven: historyOf(message).count('redriven') + 1 };
    const properties = copyProperties(message, platformAppId, history);
    const signed = signature && { [signatureHeader]: signature.sign(queue, false, message.content) };
    const headers = { ...(properties.headers as object), ...signed };
    const options = { ...properties, appId: platformAppId, headers, persistent: true, mandatory: true };
    channel.sendToQueue(queue, message.content, options);
  }
  // The broker returns a message that it cannot route before it confirms it.
  await channel.waitForConfirms().catch((error: unknown) => {
    throw new ExpectedError(`the broker refused some of them, these dead letters stay (${messageOf(error)})`);
  });
  channel.off('return', onReturn);
  if (returned) throw new ExpectedError(`the queue ${queue} no longer exists; the dead letters stay`);
}
