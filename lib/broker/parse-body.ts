import type { z } from 'zod';
import type { Parsed } from './consumer-options';

/** A consumer's reader for bodies of this schema. */
export const parseWith =
  <T extends z.ZodType>(schema: T) =>
  (body: unknown): Parsed<z.infer<T>> => {
    const parsed = schema.safeParse(body);
    if (parsed.success) return { ok: true, value: parsed.data };
    const reason = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
    return { ok: false, reason };
  };
