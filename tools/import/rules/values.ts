/** The nearest value that we allow for a single old value. Pure. */
import { Decimal } from '@prisma/client/runtime/client';
import { v5 as uuidV5 } from 'uuid';
import { limits } from '../../../contracts/limits';
import { fitted } from '../../../contracts/texts';
import { id as idSchema, placedAt } from '../../../contracts/values';
import type { Note, OddityKind } from '../oddities';

const namespace = '6f1c7a52-38a0-4d0e-9a1b-6d3f0c8b2e47';

/** The id in lower case. Another text than a UUID has one of its own: the same in each run and each table. */
export function idOf(old: string, note: Note): string {
  const id = idSchema.safeParse(old);
  if (id.success) return id.data;
  note('id-not-uuid', old);
  return uuidV5(old.toLowerCase(), namespace);
}

/** `old`: a timestamp without a zone, as PostgreSQL writes it; it means UTC. */
export function timeOf(old: string, id: string, note: Note): string {
  const time = placedAt.safeParse(old);
  if (time.success) return time.data;
  note('time-unreadable', id);
  return unknownTime;
}

/** The old platform's user side keeps no time of an order. */
export const unknownTime = new Date(0).toISOString();

/** `instead`: where nothing visible is left. */
export function nameOf(
  old: string,
  instead: string,
  id: string,
  note: Note,
  maxLength: number = limits.nameLength,
): string {
  const name = fitted(old, 'line', maxLength) ?? instead;
  if (name !== old.trim()) note('text-refused', id);
  return name;
}

export function descriptionOf(old: string | null, id: string, note: Note): string | null {
  const description = fitted(old ?? '', 'lines', limits.descriptionLength) ?? null;
  if ((description ?? '') !== (old ?? '').trim().replaceAll('\r\n', '\n')) note('text-refused', id);
  return description;
}

const largest = new Decimal(limits.amount);

/** The price that the old client saw, a decimal in JSON, in whole cents: half a cent is rounded up. */
export function priceOf(old: number, id: string, note: Note): Decimal {
  const allowed = Number.isNaN(old) ? 0 : Math.min(Math.max(old, 0), limits.amount);
  const price = new Decimal(allowed).toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
  if (allowed !== old) note('price-out-of-range', id);
  else if (!price.equals(old)) note('price-rounded', id);
  return price;
}

/** An amount as it is stored. */
export function totalOf(amount: Decimal, id: string, note: Note): string {
  if (amount.lessThanOrEqualTo(largest)) return amount.toFixed(2);
  note('total-too-large', id);
  return largest.toFixed(2);
}

/** Null for none, and for what is no number. */
export function ratingOf(old: number | null, id: string, note: Note): number | null {
  if (old === null) return null;
  const rating = Number.isNaN(old) ? null : Math.min(Math.max(old, 1), 5);
  if (rating !== old) note(rating === null ? 'rating-not-a-number' : 'rating-out-of-range', id);
  return rating;
}

export interface Hours {
  opening: string;
  closing: string;
  /** What is odd about them. */
  oddities: OddityKind[];
}

/** Opening and closing time as `HH:MM:SS`. Where one means nothing: the whole day, with the oddity `hours-unreadable`. */
export function hoursOf(oldOpening: string, oldClosing: string): Hours {
  const [opening, closing] = [minuteOf(oldOpening), minuteOf(oldClosing)];
  if (opening === undefined || closing === undefined)
    return { opening: '00:00:00', closing: '23:59:00', oddities: ['hours-unreadable'] };
  const texts = { opening: timeText(opening), closing: timeText(closing) };
  const isRewritten =
    ![oldOpening, oldClosing].every((old) => /^\d\d:\d\d(:00)?$/.test(old)) || closing === lastMinute + 1;
  const rewritten: OddityKind[] = isRewritten ? ['hours-rewritten'] : [];
  if (texts.opening === texts.closing)
    return { ...texts, closing: timeText((opening + 1) % (lastMinute + 1)), oddities: [...rewritten, 'hours-equal'] };
  return { ...texts, oddities: closing < opening ? [...rewritten, 'hours-past-midnight'] : rewritten };
}

const lastMinute = 24 * 60 - 1;

/** `9:30`, `09.30`, `0930`, ` 09:30:00 `, and `24:00` for midnight. Undefined if it is no time. */
function minuteOf(old: string): number | undefined {
  const [, hour, minute] = /^\s*(\d{1,2})[:.h]?(\d{2})(?::\d{2}(?:\.\d+)?)?\s*$/.exec(old) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && minutes <= lastMinute + 1 ? minutes : undefined;
}

/** The end of the day is its last minute. */
function timeText(minutes: number): string {
  const minute = Math.min(minutes, lastMinute);
  return [Math.floor(minute / 60), minute % 60, 0].map((part) => String(part).padStart(2, '0')).join(':');
}
