/** Where a message goes, and the reply to a request. */

export interface Destination {
  /** Empty: the default exchange, which routes to the queue of that name. */
  exchange: string;
  routingKey: string;
}

export const toQueue = (queue: string): Destination => ({ exchange: '', routingKey: queue });
export const toExchange = (exchange: string, routingKey = ''): Destination => ({ exchange, routingKey });

/** The name of the exchange or, for the default exchange, of the queue. Signatures, metrics and traces use it. */
export const nameOf = ({ exchange, routingKey }: Destination): string => exchange || routingKey;

/** A consumer's answer to a request: a value, or a fault and whether a retry may help. */
export type Reply = { ok: true; value: unknown } | { ok: false; retryable: boolean; code: string; message: string };
