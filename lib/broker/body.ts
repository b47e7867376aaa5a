import type { z } from 'zod';
import { messageOf } from '../logging/redaction';

/** The body of a message by its schema, or why it is none. */
export function parseBody<T>(
  content: Buffer,
  schema: z.ZodType<T>,
): { ok: true; value: T } | { ok: false; reason: string } {
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
