import type { Request } from 'express';
import { z } from 'zod';
import { notFound, ruleBroken, shortened, unprocessable } from './problems';

const uuid = z.guid();

/** The request's body by its schema. Throws 422 naming each field that does not fit. */
export const readBody = <T extends z.ZodType>(schema: T, req: Request): z.infer<T> => read(schema, req.body, 'body');

/** The request's query by its schema. Throws 422 naming each parameter that does not fit. */
export const readQuery = <T extends z.ZodType>(schema: T, req: Request): z.infer<T> => read(schema, req.query, 'query');

/** An id that is no UUID is unknown like any other unknown id: throws 404 with the message. */
export function knownId(value: unknown, message: string): string {
  const parsed = uuid.safeParse(value);
  if (!parsed.success) throw notFound(message);
  return parsed.data.toLowerCase();
}

/** As `knownId`, where the id may be left out. */
export const optionalId = (value: string | null | undefined, message: string): string | undefined =>
  value === undefined || value === null ? undefined : knownId(value, message);

/** An hour from 0 to 23. Throws 400. */
export function checkHour(hour: number): number {
  if (hour < 0 || hour > 23) throw ruleBroken('hour must be from 0 to 23');
  return hour;
}

function read<T extends z.ZodType>(schema: T, input: unknown, what: string): z.infer<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues
    .slice(0, 50)
    .map((issue) => ({ path: issue.path.join('.'), message: shortened(issue.message) }));
  throw unprocessable(
    `The ${what} does not match: ${errors.map((e) => `${e.path || what}: ${e.message}`).join('; ')}`,
    errors,
  );
}
