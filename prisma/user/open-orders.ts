/** Reads and the lock for repairs. */
import type { Database } from './client';

/** At most `limit` ids of orders that have not ended by their records, ascending, after the given one. */
export async function openOrderIds(db: Database, after: string, limit: number): Promise<string[]> {
  const rows = await db.userOrder.findMany({
    where: { orderId: { gt: after }, status: { not: 'CANCELLED' }, delivered: false },
    orderBy: { orderId: 'asc' },
    take: limit,
    select: { orderId: true },
  });
  return rows.map(({ orderId }) => orderId);
}

export const findRecords = (db: Database, orderIds: string[]) =>
  db.userOrder.findMany({ where: { orderId: { in: orderIds } }, include: { rating: true } });

/** A repair takes as long as the system that it repairs takes to answer. */
const lockOptions = { maxWait: 60_000, timeout: 60_000 };

/** Runs the work under a lock on the order that only repairs take: concurrent repairs of one order run one after the other. */
export const withRepairLock = <T>(db: Database, orderId: string, work: () => Promise<T>): Promise<T> =>
  db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('repair'), hashtext(${orderId}))`;
    return work();
  }, lockOptions);
