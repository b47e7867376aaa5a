/** What a message consists of: its destination, its body, and the reply to a request. */
import type { z } from 'zod';

export interface Destination {
  /** Empty: the default exchange, which routes to the queue of that name. */
  exchange: string;
  routingKey: string;
}

export const toQueue = (queue: string): Destination => ({ exchange: '', routingKey: queue });
export const toExchange = (exchange: string): Destination => ({ exchange, routingKey: '' });

/** The name of the exchange or, for the default exchange, of the queue. Signatures, metrics and traces use it. */
export const nameOf = ({ exchange, routingKey }: Destination): string => exchange || routingKey;

/** A consumer's answer to a request: a value, or a fault and whether a retry may help. */
export type Reply = { ok: true; value: unknown } | { ok: false; retryable: boolean; code: string; message: string };

export type Parsed<T> = { ok: true; value: T } | { ok: false; reason: string };

/** Validates bodies against a schema, for a consumer's `parse`. */
export const parseWith =
  <T extends z.ZodType>(schema: T) =>
  (body: unknown): Parsed<z.infer<T>> => {
    const parsed = schema.safeParse(body);
    if (parsed.success) return { ok: true, value: parsed.data };
    const reason = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
    return { ok: false, reason };
  };
