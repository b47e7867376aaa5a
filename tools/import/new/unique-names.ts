import type { Writer } from './database';

interface Named {
  id: string;
}

interface UniqueName<Row extends Named> {
  rows: Row[];
  withName: (row: Row, rename: (name: string) => string) => Row;
  /** The longest name. */
  maxLength: number;
  /** Inserts the rows whose id and name are free, the first of a name. Resolves to their number. */
  insert: (rows: Row[]) => Promise<number>;
  /** The table, in SQL. */
  table: string;
}

/**
 * Inserts rows whose name has to be unique. Where it is taken, the lowest free number stands behind it: `Name (2)`. Rows that exist are left
 * as they are.
 */
export async function insertUnderFreeNames<Row extends Named>(
  db: Writer,
  { rows, withName, maxLength, insert, table }: UniqueName<Row>,
): Promise<{ inserted: number; renamed: string[] }> {
  const renamed: string[] = [];
  let inserted = 0;
  let left = await missing(db, table, rows);
  for (let number = 1; left.length > 0; number++) {
    inserted += await insert(left.map((row) => withName(row, (name) => numbered(name, number, maxLength))));
    const taken = await missing(db, table, left);
    if (number === 1) renamed.push(...taken.map(({ id }) => id));
    left = taken;
  }
  return { inserted, renamed };
}

async function missing<Row extends Named>(db: Writer, table: string, rows: Row[]): Promise<Row[]> {
  const { rows: present } = await db.query<Named>(`SELECT id FROM ${table} WHERE id = ANY($1::uuid[])`, [
    rows.map(({ id }) => id),
  ]);
  const ids = new Set(present.map(({ id }) => id));
  return rows.filter(({ id }) => !ids.has(id));
}

/** `Name`, `Name (2)`, `Name (3)`, none longer than it may be. */
export function numbered(name: string, number: number, maxLength: number): string {
  if (number === 1) return name;
  const suffix = ` (${number})`;
  return `${name
    .slice(0, maxLength - suffix.length)
    .toWellFormed()
    .trimEnd()}${suffix}`;
}
