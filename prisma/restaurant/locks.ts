import type { Transaction } from './client';

/** Makes the messages of one order wait for each other, to the end of the transaction. Taken before any row is looked at. */
export async function lockOrder(tx: Transaction, orderId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${orderId}, 0))`;
}
