/** Reads for repairs. */
import type { Database } from './client';

/** At most `limit` ids of orders that are not CANCELLED, ascending, after the given one. Includes delivered ones: this side does not know of deliveries. */
export async function openOrderIds(db: Database, after: string, limit: number): Promise<string[]> {
  const rows = await db.orderGroup.findMany({
    where: { orderId: { gt: after }, status: { not: 'CANCELLED' } },
    orderBy: { orderId: 'asc' },
    take: limit,
    select: { orderId: true },
  });
  return rows.map(({ orderId }) => orderId);
}

export const findGroups = (db: Database, orderIds: string[]) =>
  db.orderGroup.findMany({
    where: { orderId: { in: orderIds } },
    include: { orders: { select: { restaurantId: true, status: true, reason: true } } },
  });

export type OrderGroup = Awaited<ReturnType<typeof findGroups>>[number];
