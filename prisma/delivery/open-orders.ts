/** Reads for repairs. */
import type { Database } from './client';

/** At most `limit` ids of orders that wait for an agent or whose delivery is in progress, ascending, after the given one. */
export async function openOrderIds(db: Database, after: string, limit: number): Promise<string[]> {
  const rows = await db.assignment.findMany({
    where: { orderId: { gt: after }, status: { in: ['PENDING', 'PICKED_UP'] } },
    orderBy: { orderId: 'asc' },
    take: limit,
    select: { orderId: true },
  });
  return rows.map(({ orderId }) => orderId);
}

export const findAssignments = (db: Database, orderIds: string[]) =>
  db.assignment.findMany({
    where: { orderId: { in: orderIds } },
    select: { orderId: true, agentId: true, status: true, agentRating: true },
  });

export type Assignment = Awaited<ReturnType<typeof findAssignments>>[number];
