import type { RatingMessage } from '../../contracts/messages';
import { ServiceFault } from '../../lib/broker/errors';
import type { Database } from '../../prisma/delivery/client';
import { lockOrder } from '../../prisma/order-lock';
import { countAgentRating } from '../../prisma/delivery/ratings';

/** Adds the rating to the agent's mean, once for each order. Throws a non-retryable ServiceFault UNKNOWN_ORDER if it never had an agent. */
export const rateDelivery =
  (db: Database) =>
  async ({ order_id, agent_rating }: RatingMessage): Promise<void> => {
    const delivered = await db.$transaction(async (tx) => {
      await lockOrder(tx, order_id);
      return countAgentRating(tx, order_id, agent_rating);
    });
    if (!delivered) throw new ServiceFault(`no agent delivered the order ${order_id}`, false, 'UNKNOWN_ORDER');
  };
