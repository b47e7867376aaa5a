import type { Log } from '../logging/log';
import type { LogFields } from '../logging/context';
import type { BrokerMetrics } from './metrics';
import type { Signature } from './signature';

/** Outcome of reading a body: the value, or why it can't be one. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; reason: string };

export interface ConsumerOptions<T> {
  /** Beside it there are its retry and its dead queue (contracts/names.ts). */
  queue: string;
  /** The `app_id` of our own messages. */
  appId: string;
  /** What our requests have to bear; one that does not goes to the dead queue. Left out: nothing. */
  signature?: Signature | undefined;
  /** Nobody else sends to this queue: with a signature, nothing that does not bear it is worked on. */
  onlyOurs?: boolean;
  /** How many messages are worked on at a time. */
  prefetch: number;
  parse: (body: unknown) => Parsed<T>;
  /** What the lines that are logged over a message say of its body. */
  logFields?: (body: T) => LogFields;
  /** Returns the reply's value, or throws: ServiceFault says whether a repeat may help, anything else counts as retryable. */
  handle: (body: T) => Promise<unknown>;
  /** What becomes of a valid message that is no request of ours. Left out: it is handled like any other, without a reply. */
  adopt?: (body: T) => Promise<void>;
  metrics: Pick<BrokerMetrics, 'expect' | 'message'>;
  log: Log;
}
