import type { RatingInput, RatingOutcome } from '../../contracts/workflow';
import { Prisma } from './generated/client';
import type { Database } from './client';

const uniqueViolation = 'P2002';

/** Stores a rating: one for each order, by its own customer, after delivery. Idempotent by the rating's id. */
export async function storeRating(db: Database, rating: RatingInput): Promise<RatingOutcome> {
  const order = await db.userOrder.findUnique({ where: { orderId: rating.order_id }, include: { rating: true } });
  if (!order || order.userId !== rating.user_id) return { outcome: 'unknown_order' };
  if (order.rating) return answer(order.rating, rating);
  if (!order.delivered) return { outcome: 'not_delivered' };
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
  } catch (err) {
    if (!(err instanceof Prisma.PrismaClientKnownRequestError && err.code === uniqueViolation)) throw err;
    const first = await db.userRating.findUnique({ where: { userOrderId: order.id } });
    return first ? answer(first, rating) : { outcome: 'duplicate' };
  }
}

const answer = (stored: { id: string; userOrderId: string }, rating: RatingInput): RatingOutcome =>
  stored.id === rating.rating_id
    ? { outcome: 'stored', id: stored.id, user_order_id: stored.userOrderId }
    : { outcome: 'duplicate' };
