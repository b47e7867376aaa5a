import type { Message, Options } from 'amqplib';

/** Headers of ours on copies of messages: what has become of a message so far. Texts and counts, so that every client can show them. */
export const copyHeaders = {
  /** Attempts so far; in a dead letter all that were made. */
  attempts: 'x-attempts',
  /** Why the first of them failed, and when. */
  firstReason: 'x-first-reason',
  firstFailedAt: 'x-first-failed-at',
  /** Why the last one failed, the queue that the message died of, and when. */
  reason: 'x-reason',
  queue: 'x-queue',
  diedAt: 'x-died-at',
  /** When the next attempt is due, while it waits for that. */
  retryAt: 'x-retry-at',
  /** The `app_id` that the message came with: its copies bear that of whoever copied it. */
  appId: 'x-app-id',
  /** How often it has been put back from the dead queue. */
  redriven: 'x-redriven',
} as const;

const ours: ReadonlySet<string> = new Set(Object.values(copyHeaders));
type CopyHeaders = Partial<Record<keyof typeof copyHeaders, string | number>>;

/** What the headers of a message say of its course. Those that others have made up so that they can't be ours are passed over. */
export function courseOf({ properties: { headers = {} } }: Message) {
  const text = (name: keyof typeof copyHeaders): string | undefined => {
    const value: unknown = headers[copyHeaders[name]];
    return typeof value === 'string' ? value : undefined;
  };
  const count = (name: keyof typeof copyHeaders): number => {
    const value: unknown = headers[copyHeaders[name]];
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
  };
  return { text, count };
}

/**
 * The properties of a copy by the program `appId`: those of the message, as far as a client can publish them again, and these headers of
 * ours; of ours that it had, only `app_id` and the count of redrives last. Without `reply_to`, for a copy is no request, and without
 * `expiration`, so that it is not lost.
 */
export function copyProperties(
  { properties, ...message }: Message,
  appId: string,
  course: CopyHeaders,
): Options.Publish {
  const { text, count } = courseOf({ properties, ...message });
  const lasting: CopyHeaders = {
    // Whoever bears our name is a copy already, or came from us.
    appId: properties.appId === appId ? text('appId') : shortText(properties.appId),
    redriven: count('redriven') || undefined,
  };
  const named = Object.entries({ ...lasting, ...course }).map(([name, value]) => [
    copyHeaders[name as keyof typeof copyHeaders],
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

/** A name in AMQP has 255 bytes at most; one of other bytes than UTF-8 grows when it is read. */
const fitsName = (value: string): boolean => Buffer.byteLength(value) <= 255;
const shortText = (value: unknown): string | undefined =>
  typeof value === 'string' && fitsName(value) ? value : undefined;
const wholeNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;

/**
 * Others' headers that can be sent again. What they have put there may be more than the client library can encode, a table that is too
 * large for one: then no copy could be published, and the message would come back for ever.
 */
const portable = (headers: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name, value]) => !ours.has(name) && fitsName(name) && isPortable(value))
      .slice(0, 20),
  );

const isPortable = (value: unknown): boolean =>
  typeof value === 'string'
    ? Buffer.byteLength(value) <= 1_000
    : typeof value === 'boolean' || Number.isSafeInteger(value);
