import { lockOrder } from '../order-lock';
import type { Database } from './client';

/** Stores a rating, once, and adds it to the means of the remaining restaurants. False if the order is unknown. */
export function countOrderRating(db: Database, orderId: string, rating: number): Promise<boolean> {
  return db.$transaction(async (tx) => {
    await lockOrder(tx, orderId);
    const [rated] = await tx.$queryRaw<{ id: string }[]>`
      UPDATE "OrderGroup" SET rating = ${rating}, updated_at = now()
      WHERE id = ${orderId}::uuid AND rating IS NULL
      RETURNING id`;
    if (!rated) return (await tx.orderGroup.count({ where: { orderId } })) > 0;

    // Locked in the order of their ids, so that ratings of the same restaurants cannot deadlock.
    const restaurants = await tx.$queryRaw<{ id: string }[]>`
      SELECT r.id FROM "Restaurant" r
      JOIN "Order" o ON o.restaurant_id = r.id
      WHERE o.order_group_id = ${rated.id}::uuid AND o.status <> 'CANCELLED'
      ORDER BY r.id FOR UPDATE OF r`;
    await tx.$executeRaw`
      UPDATE "Restaurant"
      SET rating_sum = rating_sum + ${rating}, rating_count = rating_count + 1,
          rating = (rating_sum + ${rating}) / (rating_count + 1)
      WHERE id = ANY(${restaurants.map(({ id }) => id)}::uuid[])`;
    return true;
  });
}
