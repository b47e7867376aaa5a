import type { Log } from '../log';

/** Outcome of reading a body: the value, or why it can't be one. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; reason: string };

export interface ConsumerOptions<T> {
  /** Beside it there are its retry and its dead queue (contracts/names.ts). */
  queue: string;
  /** The `app_id` of our own messages. */
  appId: string;
  /** How many messages are worked on at a time. */
  prefetch: number;
  parse: (body: unknown) => Parsed<T>;
  /** Returns the reply's value, or throws: ServiceFault says whether a repeat may help, anything else counts as retryable. */
  handle: (body: T) => Promise<unknown>;
  /** What becomes of a valid message that is no request of ours. Left out: it is handled like any other, without a reply. */
  adopt?: (body: T) => Promise<void>;
  log: Log;
}
