/** The list of deliveries that a courier reads. */
import type { DeliveryStatus } from '../../contracts/states';
import type { PageEnd } from '../../contracts/values';
import type { Database } from './client';

interface DeliveryFilter {
  agentId?: string | undefined;
  status?: DeliveryStatus | undefined;
}

/** At most `limit` deliveries, newest first, after that end of the previous page. */
export const listDeliveries = (db: Database, { agentId, status }: DeliveryFilter, limit: number, after?: PageEnd) =>
  db.assignment.findMany({
    where: {
      agentId,
      status,
      ...(after && {
        createdAt: { lte: after.at },
        OR: [{ createdAt: { lt: after.at } }, { id: { lt: after.id } }],
      }),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit,
    include: { agent: { select: { name: true } } },
  });

export type ListedDelivery = Awaited<ReturnType<typeof listDeliveries>>[number];
