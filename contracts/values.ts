/** The small schemas that messages and HTTP bodies are made of. */
import { z } from 'zod';
import { limits } from './limits';
import { faultOf, patternOf, tidied, type TextForm } from './texts';

/** A UUID of any version, as old programs write them. Normalised to lower case. */
export const id = z.guid().transform((value) => value.toLowerCase());

export const quantity = z.int().min(1).max(limits.quantity);

/** Any number from 1 to 5. */
export const rating = z.number().min(1).max(5);

/** An exact amount as a decimal string: inside the system money is never a float. */
export const money = z.string().regex(/^\d+\.\d{2}$/);

/** The price of a menu item: a JSON number with at most two decimals that fits DECIMAL(10,2). */
export const price = z
  .number()
  .min(0)
  .max(limits.amount)
  .refine((value) => Number(value.toFixed(2)) === value, 'at most two decimals');

const hasZone = /(?:[Zz]|[+-]\d{2}:?\d{2})$/;
// Without flags: the API documents show it as a JSON Schema pattern, which has none.
const isoDateTime = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})?$/;

/** Whether the text begins with a date in the calendar. JavaScript would take the 30th of February for the 2nd of March. */
const isDay = (value: string): boolean => z.iso.date().safeParse(value.slice(0, 10)).success;

/** Other years are written differently, and PostgreSQL has no year 0. */
const fourDigitYear = /^(?!0000)\d{4}-/;

/** An ISO 8601 instant; without a zone it is UTC (old producers write none). Parses to the form `…Z`. */
export const placedAt = z
  .string()
  .max(40)
  .regex(isoDateTime, 'not an ISO 8601 date and time')
  .transform((value) => (hasZone.test(value) ? value : `${value}Z`))
  .refine((value) => isDay(value) && !Number.isNaN(Date.parse(value)), 'not an ISO 8601 date and time')
  .transform((value) => new Date(value).toISOString())
  .refine((value) => fourDigitYear.test(value), 'not a year from 0001 to 9999');

/** Text of at most `max` characters, as it is sent and once it is tidied (`texts.ts`), which may lengthen it. It may be empty. */
export const optionalText = (max: number, form: TextForm) =>
  z
    .string()
    .max(max)
    .overwrite(tidied)
    .max(max)
    .superRefine((value, ctx) => {
      const fault = faultOf(value, form);
      if (fault !== undefined) ctx.addIssue({ code: 'custom', message: fault });
    })
    .meta({ pattern: patternOf(form, { mayBeEmpty: true }) });

/** The same with 1 character at least. */
export const text = (max: number, form: TextForm) =>
  optionalText(max, form)
    .min(1)
    .meta({ pattern: patternOf(form, { mayBeEmpty: false }) });

/** Why an order, a part or a job is given up. Missing, null and empty mean the same. */
export const optionalReason = optionalText(limits.reasonLength, 'lines')
  .transform((value) => value || undefined)
  .nullish();

/** `HH:MM` or `HH:MM:SS`. Parses to `HH:MM:SS`. */
export const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/, 'not a time like 09:30 or 09:30:00')
  .transform((value) => (value.length === 5 ? `${value}:00` : value));

const isUuid = (value: string): boolean => z.guid().safeParse(value).success;

/** An id as a client sends it, in lower case. One that is no UUID is unknown (404), not malformed (422): its issue has `unknownId`. */
export const anyId = z
  .string()
  .meta({ format: 'uuid' })
  .refine(isUuid, { error: 'unknown', params: { unknownId: true } })
  .transform((value) => value.toLowerCase());

/** A whole number in a query; refuses what else JavaScript reads as one: '', '0x10', '1e3'. The API documents show `wire` for the string. */
export const wholeNumber = z
  .string()
  .regex(/^-?\d+$/, 'not a whole number')
  .transform(Number)
  .meta({ wire: { type: 'integer' } });

export const pageLimit = (standard = 20) =>
  wholeNumber
    .pipe(z.number().min(1).max(limits.pageSize))
    .default(standard)
    .meta({ wire: { type: 'integer', minimum: 1, maximum: limits.pageSize, default: standard } });

/** Where a page ended. Pages are ordered newest first: by time, then by id. */
export interface PageEnd {
  at: Date;
  id: string;
}

const pageEnd = z.tuple([placedAt, id]);

/** Where a page begins: the `next_cursor` of the page before. Comes out as that page's end. */
export const cursor = z
  .string()
  .max(200)
  .transform((value, ctx): PageEnd => {
    const parsed = pageEnd.safeParse(Buffer.from(value, 'base64url').toString('utf8').split(' '));
    if (parsed.success) return { at: new Date(parsed.data[0]), id: parsed.data[1] };
    ctx.addIssue({ code: 'custom', message: 'not a next_cursor of this service' });
    return z.NEVER;
  })
  .optional();

/** The cursor of the page after these rows. Null when the page is not full: it is the last one. */
export function nextCursor<Row>(rows: Row[], limit: number, endAt: (row: Row) => PageEnd): string | null {
  const last = rows.length < limit ? undefined : rows.at(-1);
  if (last === undefined) return null;
  const { at, id } = endAt(last);
  return Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');
}
