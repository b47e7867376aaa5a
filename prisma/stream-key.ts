import { sqltag as sql, type Sql } from '@prisma/client/runtime/client';

/** The key of a service's stream tokens, in each of the three databases. */
export async function readStreamKey(db: { $queryRaw<T>(query: Sql): Promise<T> }): Promise<string> {
  const [row] = await db.$queryRaw<{ key: string }[]>(sql`SELECT "key" FROM "StreamKey"`);
  if (!row) throw new Error('the migrations have not been applied: there is no key for stream tokens');
  return row.key;
}
