import { createHash } from 'node:crypto';
import type { Message } from 'amqplib';
import { historyHeaders, historyOf } from '../../lib/broker/message-copy';

/** A dead letter, as it is shown. What is not known is null: not everything in a dead queue need come from our consumers. */
export interface DeadLetter {
  /** The message id; `hash-…` of body and time of death where there is none that can be typed. */
  id: string;
  /** Why the last attempt failed. */
  reason: string | null;
  attempts: number;
  diedAt: string | null;
  firstReason: string | null;
  firstFailedAt: string | null;
  /** How often it has been put back before. */
  redriven: number;
  /** The `app_id` that it came with. */
  appId: string | null;
  properties: Record<string, unknown>;
  /** Others' headers. */
  headers: Record<string, unknown>;
  /** Text where it is valid UTF-8, else the bytes. */
  body: { text: string } | { base64: string };
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

export function letterFrom(message: Message): DeadLetter {
  const { text, count } = historyOf(message);
  const ours = new Set<string>(Object.values(historyHeaders));
  const given = Object.entries<unknown>(message.properties.headers ?? {});
  return {
    id: idOf(message, text('diedAt')),
    reason: text('reason') ?? null,
    attempts: count('attempts'),
    diedAt: text('diedAt') ?? null,
    firstReason: text('firstReason') ?? null,
    firstFailedAt: text('firstFailedAt') ?? null,
    redriven: count('redriven'),
    appId: text('appId') ?? null,
    properties: Object.fromEntries(
      shownProperties.flatMap((name) => {
        const value: unknown = message.properties[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    headers: Object.fromEntries(given.filter(([name]) => !ours.has(name))),
    body: bodyOf(message.content),
  };
}

/** What a person can type at a terminal. */
const typeable = /^[\x21-\x7e]+$/;

function idOf({ properties, content }: Message, diedAt = ''): string {
  const messageId: unknown = properties.messageId;
  if (typeof messageId === 'string' && typeable.test(messageId)) return messageId;
  return `hash-${createHash('sha256').update(content).update(diedAt).digest('hex').slice(0, 12)}`;
}

function bodyOf(content: Buffer): DeadLetter['body'] {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content) };
  } catch {
    return { base64: content.toString('base64') };
  }
}
