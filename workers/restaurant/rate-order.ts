import type { RatingMessage } from '../../contracts/messages';
import { ServiceFault } from '../../lib/broker/errors';
import type { Database } from '../../prisma/restaurant/client';
import { lockOrder } from '../../prisma/order-lock';
import { countOrderRating } from '../../prisma/restaurant/ratings';

/** Adds the rating to the restaurants' means, once for each order. Throws a non-retryable ServiceFault UNKNOWN_ORDER if there is no such order. */
export const rateOrder =
  (db: Database) =>
  async ({ order_id, order_rating }: RatingMessage): Promise<void> => {
    const known = await db.$transaction(async (tx) => {
      await lockOrder(tx, order_id);
      return countOrderRating(tx, order_id, order_rating);
    });
    if (!known) throw new ServiceFault(`there is no order ${order_id}`, false, 'UNKNOWN_ORDER');
  };
