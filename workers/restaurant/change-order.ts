import type { ChangeOrderMessage, ChangeOrderReply } from '../../contracts/messages';
import type { Database } from '../../prisma/restaurant/client';
import { leaveTombstone, moveOrder } from '../../prisma/restaurant/decisions';
import { lockOrder } from '../../prisma/restaurant/locks';
import { findStored } from '../../prisma/restaurant/placement';

/**
 * Moves an order and all its parts: PENDING -> CONFIRMED, PENDING | CONFIRMED -> CANCELLED.
 *
 * Idempotent: a repeat is `unchanged`. Cancelling an order that has not been placed yet leaves a tombstone, so that the placement
 * does nothing when it comes. What the state does not allow is refused with that state, null without an order.
 */
export const changeOrder =
  (db: Database) =>
  (message: ChangeOrderMessage): Promise<ChangeOrderReply> =>
    db.$transaction(async (tx) => {
      const { order_id: orderId, user_id: userId, placed_at: placedAt, status: to } = message;
      const reason = message.reason ?? null;
      await lockOrder(tx, orderId);
      if (await moveOrder(tx, { orderId, to, reason })) return { outcome: 'changed' };

      const stored = await findStored(tx, orderId);
      if (!stored && to === 'CANCELLED') {
        await leaveTombstone(tx, { orderId, userId, placedAt, reason });
        return { outcome: 'changed' };
      }
      return stored?.status === to ? { outcome: 'unchanged' } : { outcome: 'refused', status: stored?.status ?? null };
    });
