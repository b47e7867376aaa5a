import type { RatingInput, RatingOutcome } from '../../contracts/workflow';
import { Prisma } from './generated/client';
import type { Database } from './client';
import { findOrder, type StoredOrder } from './orders';

const uniqueViolation = 'P2002';

export type RatingRefusal = Exclude<RatingOutcome['outcome'], 'stored'>;

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
  if (refusal === 'duplicate' && order?.rating) return answer(order.rating, rating);
  if (refusal || !order) return { outcome: refusal ?? 'unknown_order' };
  try {
    const stored = await db.userRating.create({
      data: {
        id: rating.rating_id,
        userOrderId: order.id,
        orderRating: rating.order_rating,
        agentRating: rating.agent_rating,
      },
    });
    return answer(stored, rating);
  } catch (error) {
    if (!(error instanceof Prisma.PrismaClientKnownRequestError && error.code === uniqueViolation)) throw error;
    const first = await db.userRating.findUnique({ where: { userOrderId: order.id } });
    return first ? answer(first, rating) : { outcome: 'duplicate' };
  }
}

const answer = (stored: { id: string; userOrderId: string }, rating: RatingInput): RatingOutcome =>
  stored.id === rating.rating_id
    ? { outcome: 'stored', id: stored.id, user_order_id: stored.userOrderId }
    : { outcome: 'duplicate' };
