import { lockOrder } from '../order-lock';
import type { Database } from './client';

export type CountedRating = 'counted' | 'repeated' | 'not delivered';

/** Stores the rating of the agent who delivered the order, once, and adds it to the mean. */
export function countAgentRating(db: Database, orderId: string, rating: number): Promise<CountedRating> {
  return db.$transaction(async (tx) => {
    await lockOrder(tx, orderId);
    const [rated] = await tx.$queryRaw<{ agentId: string }[]>`
      UPDATE "DeliveryAssignment" SET rating = ${rating}
      WHERE "orderId" = ${orderId}::uuid AND status = 'DELIVERED' AND rating IS NULL
      RETURNING "agentId"`;
    if (!rated) {
      const delivered = await tx.assignment.count({ where: { orderId, status: 'DELIVERED' } });
      return delivered > 0 ? 'repeated' : 'not delivered';
    }
    await tx.$executeRaw`
      UPDATE "DilveryAgent"
      SET "ratingSum" = "ratingSum" + ${rating}, "ratingCount" = "ratingCount" + 1,
          rating = ("ratingSum" + ${rating}) / ("ratingCount" + 1), "updatedAt" = now()
      WHERE id = ${rated.agentId}::uuid`;
    return 'counted';
  });
}
