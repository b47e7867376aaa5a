import { lockOrder } from '../order-lock';
import type { Database } from './client';

/** Stores an agent's rating, once, and adds it to the mean. False if the order never had an agent. */
export function countAgentRating(db: Database, orderId: string, rating: number): Promise<boolean> {
  return db.$transaction(async (tx) => {
    await lockOrder(tx, orderId);
    const [rated] = await tx.$queryRaw<{ agentId: string }[]>`
      UPDATE "DeliveryAssignment" SET rating = ${rating}
      WHERE "orderId" = ${orderId}::uuid AND "agentId" IS NOT NULL AND rating IS NULL
      RETURNING "agentId"`;
    if (!rated) return (await tx.assignment.count({ where: { orderId, agentId: { not: null } } })) > 0;
    await tx.$executeRaw`
      UPDATE "DilveryAgent"
      SET "ratingSum" = "ratingSum" + ${rating}, "ratingCount" = "ratingCount" + 1,
          rating = ("ratingSum" + ${rating}) / ("ratingCount" + 1), "updatedAt" = now()
      WHERE id = ${rated.agentId}::uuid`;
    return true;
  });
}
