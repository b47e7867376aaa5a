import { z } from 'zod';
import { id, placedAt } from '../../contracts/values';
import { unprocessable } from './problems';

/** Where a page ended: newest first, by time and then by id. */
export interface Cursor {
  at: Date;
  id: string;
}

const position = z.tuple([placedAt, id]);

/** The `cursor` of a query. Throws 422 for what no page has given out. */
export function readCursor(cursor: string | undefined): Cursor | undefined {
  if (cursor === undefined) return undefined;
  const parsed = position.safeParse(Buffer.from(cursor, 'base64url').toString('utf8').split(' '));
  if (parsed.success) return { at: new Date(parsed.data[0]), id: parsed.data[1] };
  throw unprocessable('The query does not match: cursor: not one of ours', [
    { path: 'cursor', message: 'not one of ours' },
  ]);
}

/** The cursor of the page after this one; null when a page is not full, for then it is the last. */
export function nextCursor<Row>(rows: Row[], limit: number, position: (row: Row) => Cursor): string | null {
  const last = rows.length < limit ? undefined : rows.at(-1);
  if (last === undefined) return null;
  const { at, id } = position(last);
  return Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');
}
