import type { Transaction } from './client';
import { Prisma } from './generated/client';

/** Makes the messages of one order wait for each other, to the end of the transaction. Taken before any row is looked at. */
export async function lockOrder(tx: Transaction, orderId: string): Promise<void> {
  await tx.$executeRaw`WITH ${lockedOrder(orderId)} SELECT FROM locked`;
}

/**
 * The same lock as the first part of a statement, whose other parts wait for it by `WHERE EXISTS (SELECT FROM locked)`. What such a
 * statement reads may be as old as its beginning; what it writes is not: an UPDATE looks at the row, an INSERT at the key, as
 * the one before it has left them.
 */
export const lockedOrder = (orderId: string): Prisma.Sql =>
  Prisma.sql`locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended(${orderId}, 0)))`;
