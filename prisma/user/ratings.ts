import { logged } from '../../contracts/order-log';
import type { RatingInput, RatingOutcome, RatingRefusal } from '../../contracts/workflow';
import type { Database } from './client';
import { appendEvents } from './order-events';
import { findOrder, type StoredOrder } from './orders';

/** Why the customer may not rate the order (null: unknown) now; undefined if they may. */
export function refusalOf(order: StoredOrder | null, userId: string): RatingRefusal | undefined {
  if (!order || order.userId !== userId) return 'unknown_order';
  if (order.rating) return 'duplicate';
  return order.delivered ? undefined : 'not_delivered';
}

/** Stores a rating: one for each order, by its customer, after delivery. Idempotent by the rating's id. */
export async function storeRating(db: Database, rating: RatingInput): Promise<RatingOutcome> {
  const order = await findOrder(db, rating.order_id);
  const refusal = refusalOf(order, rating.user_id);
  if (!order || (refusal && refusal !== 'duplicate')) return { outcome: refusal ?? 'unknown_order' };
  const stored = order.rating ?? (await insertRating(db, order.id, rating));
  return stored?.id === rating.rating_id
    ? { outcome: 'stored', id: stored.id, user_order_id: stored.userOrderId }
    : { outcome: 'duplicate' };
}

/** Returns the order's rating: this one, which is then in the order's log too, or one that was stored before it. */
function insertRating(db: Database, userOrderId: string, rating: RatingInput) {
  const { rating_id: id, order_rating: orderRating, agent_rating: agentRating } = rating;
  const data = { id, userOrderId, orderRating, agentRating, logged: true };
  return db.$transaction(async (tx) => {
    const [inserted] = await tx.userRating.createManyAndReturn({ data, skipDuplicates: true });
    if (!inserted) return tx.userRating.findUnique({ where: { userOrderId } });
    await appendEvents(tx, rating.order_id, [logged.rated(new Date().toISOString(), orderRating, agentRating)]);
    return inserted;
  });
}
