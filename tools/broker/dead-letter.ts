import { createHash } from 'node:crypto';
import type { Message } from 'amqplib';
import { historyHeaders, historyOf } from '../../lib/broker/message-copy';

/** A dead letter as it is shown. Unknown values are null: other programs may write to a dead queue too. */
export interface DeadLetter {
  /** The message id. Without one that can be typed, `hash-…` of the body and the time of death. */
  id: string;
  /** Why the last attempt failed. */
  reason: string | null;
  attempts: number;
  diedAt: string | null;
  firstReason: string | null;
  firstFailedAt: string | null;
  /** How often it has been put back before. */
  redriven: number;
  /** The original `app_id`. */
  appId: string | null;
  properties: Record<string, unknown>;
  /** Without the platform's own. */
  headers: Record<string, unknown>;
  /** Text if it is valid UTF-8. */
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

export function parseDeadLetter(message: Message): DeadLetter {
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
