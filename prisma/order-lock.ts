/** The lock that makes the messages of one order wait for each other, in the restaurant and delivery databases alike. */
import { sqltag as sql, type Sql } from '@prisma/client/runtime/client';

/** Takes the order lock, to the end of the transaction. Call it before reading any row. */
export async function lockOrder(tx: { $executeRaw(query: Sql): Promise<number> }, orderId: string): Promise<void> {
  await tx.$executeRaw(sql`WITH ${lockedOrder(orderId)} SELECT FROM locked`);
}

/**
 * The order lock as the first part of a statement; the other parts wait for it by `WHERE EXISTS (SELECT FROM locked)`. Reads of such a
 * statement may be as old as its beginning. Its writes are not: an UPDATE checks the row, and an INSERT the key, as the previous
 * holder left them.
 */
export const lockedOrder = (orderId: string): Sql =>
  sql`locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended(${orderId}, 0)))`;
