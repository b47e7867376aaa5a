/** What every service answers alike. The answers' schemas are for the documents and the tests; no service reads its own answers by them. */
import { z } from 'zod';

/** Strict, like all answers: a field that the documents do not know is found by the tests. */
const success = { success: z.literal(true), message: z.string() };

export const done = z.strictObject(success).meta({ id: 'Done' });

/** Temporal holds it, but it was not done in time. */
export const accepted = z.strictObject({ ...success, status: z.literal('ACCEPTED') }).meta({ id: 'Accepted' });

const said = { success: z.literal(false), message: z.string(), detail: z.string() };

/** `detail` repeats the message for old clients. */
export const problem = z.strictObject(said).meta({ id: 'Problem' });

/** A body or query that does not match, with each place that does not; an empty path is the whole. */
export const mismatch = z
  .strictObject({ ...said, errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).min(1) })
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
/** Of the next page; null on the last one. */
export const nextCursor = z.string().nullable();
