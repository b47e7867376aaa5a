import type { z } from 'zod';
import { messageOf } from '../logging/redaction';

/** The largest message of the contract, an old program's order of 50 times 200 items, has less than 1. */
const maxMegabytes = 2;

/** The body of a message by its schema, or why it is none. */
export function parseBody<T>(
  content: Buffer,
  schema: z.ZodType<T>,
): { ok: true; value: T } | { ok: false; reason: string } {
  // Reading it would keep all others waiting.
  if (content.length > maxMegabytes * 1_000_000) return { ok: false, reason: `larger than ${maxMegabytes} MB` };
  let body: unknown;
  try {
    body = JSON.parse(content.toString('utf8').replace(/^\uFEFF/, '')); // some programs begin with a byte order mark
  } catch (error) {
    return { ok: false, reason: `not JSON: ${error instanceof Error ? messageOf(error) : String(error)}` };
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return { ok: true, value: parsed.data };
  const { issues } = parsed.error;
  return { ok: false, reason: issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ') };
}
