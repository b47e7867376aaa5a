/** What all services answer alike. These schemas are for the documents, the types and the tests; no service validates its own answers. */
import { z } from 'zod';

/** Strict, like all answers: a field that the documents do not know is found by the tests. */
export const success = z.strictObject({ success: z.literal(true), message: z.string() });

/** The same in the form of the old restaurant and agent routes. */
export const statusTrue = z.strictObject({ status: z.literal(true), message: z.string() });

export const done = success.meta({ id: 'Done' });

/** Temporal holds the request, but it did not complete in time. */
export const accepted = success.extend({ status: z.literal('ACCEPTED') }).meta({ id: 'Accepted' });

/** `detail` repeats the message for old clients. A client takes a `code` that it does not know by its status. */
export const problem = z
  .strictObject({ success: z.literal(false), message: z.string(), detail: z.string(), code: z.string().min(1) })
  .meta({ id: 'Problem' });

/** A body, query or header that does not match, with each mismatch; an empty path is the whole. */
export const mismatch = problem
  .extend({ errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).min(1) })
  .meta({ id: 'Mismatch' });

export const alive = z.strictObject({ Success: z.literal(true), message: z.literal('Good') }).meta({ id: 'Alive' });

export const readiness = z
  .strictObject({
    ready: z.boolean(),
    draining: z.boolean(),
    dependencies: z.record(
      z.string(),
      z.strictObject({ ok: z.boolean(), required: z.boolean(), latency_ms: z.int().min(0) }),
    ),
  })
  .meta({ id: 'Readiness' });

export const uuid = z.guid();
/** ISO 8601, UTC. */
export const instant = z.iso.datetime();
/** A JSON number with at most two decimals. */
export const amount = z.number().min(0);
export const stars = z.number().min(1).max(5);
/** The cursor of the next page; null on the last one. */
export const nextCursor = z.string().nullable();
