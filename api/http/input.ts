import { z } from 'zod';
import { idempotencyKey } from '../../contracts/orders';
import { anyId } from '../../contracts/values';
import { HttpProblem, mismatch, notFound, shortened } from './refusals';

/** A parameter of a path. All are ids: UUIDs, and one that is no UUID is unknown. */
export interface IdParam {
  /** The 404's message for an id that is no UUID. */
  unknown: string;
  example: string;
}

type Place = 'body' | 'query' | 'params';

const isUnknownId = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'custom' && issue.params?.['unknownId'] === true;

/** The input by its schema. Throws HttpProblem: UNPROCESSABLE with each mismatch; NOT_FOUND, as `params` say, if only an id is no UUID. */
export function readInput<T>(
  schema: z.ZodType<T> | undefined,
  input: unknown,
  place: Place,
  params: Readonly<Record<string, IdParam>> = {},
): T {
  if (!schema) return undefined as T; // as the route's type has it
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const [id] = issues.filter(isUnknownId).map((issue) => issue.path.join('.'));
  const errors = issues
    .filter((issue) => !isUnknownId(issue))
    .slice(0, 50)
    .map((issue) => ({ path: issue.path.join('.'), message: shortened(issue.message) }));
  if (id !== undefined && errors.length === 0) throw notFound(params[id]?.unknown ?? `Unknown ${id}`);
  const list = errors.map(({ path, message }) => `${path || place}: ${message}`).join('; ');
  throw new HttpProblem(mismatch(`The ${place} does not match: ${list}`, errors));
}

/** The ids that `params` names, in lower case. Throws HttpProblem as `readInput` does. */
export function readIds(params: Readonly<Record<string, IdParam>>, input: unknown, place: Place) {
  const ids = z.object(Object.fromEntries(Object.keys(params).map((name) => [name, anyId])));
  return readInput(ids, input, place, params);
}

/** Throws HttpProblem: UNPROCESSABLE. */
export function readKey(header: string | undefined): string | undefined {
  const key = idempotencyKey.optional().safeParse(header);
  if (key.success) return key.data;
  const errors = [{ path: 'Idempotency-Key', message: '1 to 255 characters' }];
  throw new HttpProblem(mismatch('The Idempotency-Key does not match: 1 to 255 characters', errors));
}
