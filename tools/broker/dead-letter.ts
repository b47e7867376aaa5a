import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Message } from 'amqplib';
import { historyHeaders, historyOf } from '../../lib/broker/message-copy';

export type DeadLetter = ReturnType<typeof parseDeadLetter>;

/** A dead letter as it is shown. Unknown values are null: other programs may write to a dead queue too. */
export function parseDeadLetter(message: Message) {
  const { text, count } = historyOf(message);
  const ours = new Set<string>(Object.values(historyHeaders));
  const headers = Object.entries<unknown>(message.properties.headers ?? {}).filter(([name]) => !ours.has(name));
  const properties = shownProperties.map((name) => [name, message.properties[name] as unknown] as const);
  return {
    id: idOf(message, text('diedAt')),
    /** Why the last attempt failed. */
    reason: text('reason') ?? null,
    attempts: count('attempts'),
    diedAt: text('diedAt') ?? null,
    firstReason: text('firstReason') ?? null,
    firstFailedAt: text('firstFailedAt') ?? null,
    /** How often it has been put back before. */
    redriven: count('redriven'),
    /** The original `app_id`. */
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
