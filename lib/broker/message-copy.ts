import type { Message, Options } from 'amqplib';

/** The headers in which copies record a message's history so far. Strings and numbers, so that every client can display them. */
export const historyHeaders = {
  /** Attempts so far; in a dead letter, all attempts. */
  attempts: 'x-attempts',
  /** Why and when the first attempt failed. */
  firstReason: 'x-first-reason',
  firstFailedAt: 'x-first-failed-at',
  /** In a dead letter: why the last attempt failed, the queue it came from, and when. */
  reason: 'x-reason',
  queue: 'x-queue',
  diedAt: 'x-died-at',
  /** When the next attempt is due, in the retry queue. */
  retryAt: 'x-retry-at',
  /** The original `app_id`: a copy carries that of the program that made it. */
  appId: 'x-app-id',
  /** How often it has been moved back from the dead queue. */
  redriven: 'x-redriven',
} as const;

type HistoryField = keyof typeof historyHeaders;
export type History = Partial<Record<HistoryField, string | number>>;
const headerNames: ReadonlySet<string> = new Set(Object.values(historyHeaders));

/** Reads a message's history. Values of the wrong type, which others have made up, are ignored. */
export function historyOf({ properties: { headers = {} } }: Message) {
  const valueOf = (field: HistoryField): unknown => headers[historyHeaders[field]];
  const text = (field: HistoryField): string | undefined => {
    const value = valueOf(field);
    return typeof value === 'string' ? value : undefined;
  };
  return { text, count: (field: HistoryField): number => Math.max(wholeNumber(valueOf(field)) ?? 0, 0) };
}

/**
 * The properties of a copy published by the program `appId`: those of the message that a client can publish again, and the given history.
 * Of the message's earlier history only the original `app_id` and the count of redrives are kept. Without `reply_to`, since a copy is not
 * a request, and without `expiration`, so that it is not lost.
 */
export function copyProperties({ properties, ...message }: Message, appId: string, history: History): Options.Publish {
  const { text, count } = historyOf({ properties, ...message });
  const lasting: History = {
    // A message with our `app_id` is a copy already, or came from this platform.
    appId: properties.appId === appId ? text('appId') : shortText(properties.appId),
    redriven: count('redriven') || undefined,
  };
  const named = Object.entries({ ...lasting, ...history }).map(([field, value]) => [
    historyHeaders[field as HistoryField],
    value,
  ]);
  return {
    messageId: shortText(properties.messageId),
    correlationId: shortText(properties.correlationId),
    type: shortText(properties.type),
    contentType: shortText(properties.contentType),
    contentEncoding: shortText(properties.contentEncoding),
    timestamp: wholeNumber(properties.timestamp),
    priority: wholeNumber(properties.priority),
    headers: { ...portable(properties.headers), ...(Object.fromEntries(named) as Record<string, unknown>) },
  };
}

/** AMQP names have at most 255 bytes, and bytes that are not UTF-8 grow when they are decoded. */
const fitsName = (value: string): boolean => Buffer.byteLength(value) <= 255;
const shortText = (value: unknown): string | undefined =>
  typeof value === 'string' && fitsName(value) ? value : undefined;
const wholeNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;

/** Foreign headers, without those that the client library can decode but not encode: they would make the message be redelivered for ever. */
const portable = (headers: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name, value]) => !headerNames.has(name) && fitsName(name) && isPortable(value))
      .slice(0, 20),
  );

const isPortable = (value: unknown): boolean =>
  typeof value === 'string'
    ? Buffer.byteLength(value) <= 1_000
    : typeof value === 'boolean' || Number.isSafeInteger(value);
