import type { ChangeOrderMessage, ChangeOrderReply } from '../../contracts/messages';
import type { Database, Transaction } from '../../prisma/restaurant/client';
import { findPartStatus, leaveTombstone, moveOrder, movePart } from '../../prisma/restaurant/decisions';
import { lockOrder } from '../../prisma/order-lock';
import { findStored } from '../../prisma/restaurant/placement';

/**
 * Changes an order and all its parts, or one restaurant's part: PENDING -> CONFIRMED, PENDING | CONFIRMED -> CANCELLED. Idempotent: a repeat
 * is `unchanged`. Cancelling an unknown order leaves a tombstone, so that a later placement does nothing. A change that the state does not
 * allow is refused with that state, null without an order.
 */
export const changeOrder =
  (db: Database) =>
  async (message: ChangeOrderMessage): Promise<ChangeOrderReply> => {
    const { restaurant_id: restaurantId } = message;
    if (message.status === 'CONFIRMED' && !restaurantId) {
      // Usually this one statement is enough; every other case needs a transaction.
      const moved = await moveOrder(db, message);
      if (moved) return { outcome: 'changed', total: moved.total, from: 'PENDING' };
    }
    return db.$transaction(async (tx) => {
      await lockOrder(tx, message.order_id);
      return restaurantId ? changePart(tx, message, restaurantId) : changeWhole(tx, message);
    });
  };

async function changeWhole(tx: Transaction, message: ChangeOrderMessage): Promise<ChangeOrderReply> {
  const stored = await findStored(tx, message.order_id);
  const found = { total: stored?.total, from: stored?.status };
  if (await moveOrder(tx, message)) return { outcome: 'changed', ...found };
  if (!stored && message.status === 'CANCELLED') {
    await leaveTombstone(tx, message);
    return { outcome: 'changed' };
  }
  if (stored?.status === message.status) return { outcome: 'unchanged', ...found };
  return { outcome: 'refused', status: stored?.status ?? null };
}

async function changePart(
  tx: Transaction,
  message: ChangeOrderMessage,
  restaurantId: string,
): Promise<ChangeOrderReply> {
  const { order_id: orderId } = message;
  const moved = await movePart(tx, message, restaurantId);
  const stored = await findStored(tx, orderId);
  if (moved) return { outcome: 'changed', total: stored?.total };
  const status = await findPartStatus(tx, orderId, restaurantId);
  return status === message.status ? { outcome: 'unchanged', total: stored?.total } : { outcome: 'refused', status };
}
