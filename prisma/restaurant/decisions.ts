import type { ChangeOrderMessage } from '../../contracts/messages';
import { orderTransitions } from '../../contracts/states';
import type { Transaction } from './client';
import { lockedOrder } from '../order-lock';

/** Moves a group and all its parts, in one statement that takes the order lock. Undefined if there is none or its status does not allow it. */
export async function moveOrder(tx: Transaction, { order_id, status: to, reason = null }: ChangeOrderMessage) {
  const from = orderTransitions[to];
  const [moved] = await tx.$queryRaw<{ total: string }[]>`
    WITH ${lockedOrder(order_id)}, moved AS (
      UPDATE "OrderGroup" SET status = ${to}::"OrderStatus", reason = ${reason}, updated_at = now()
      WHERE EXISTS (SELECT FROM locked) AND id = ${order_id}::uuid AND status = ANY(${from}::"OrderStatus"[])
      RETURNING id, total
    ), orders AS (
      UPDATE "Order" SET status = ${to}::"OrderStatus", updated_at = now()
      WHERE order_group_id = (SELECT id FROM moved) AND status = ANY(${from}::"OrderStatus"[])
    )
    SELECT total::text FROM moved`;
  return moved;
}

/**
 * Moves one restaurant's part, and the group with it: CONFIRMED once no part is PENDING, CANCELLED once none remains. The group's total is
 * that of the remaining parts. False if there is no such part or its status does not allow it. The caller holds the order lock.
 */
export async function movePart(
  tx: Transaction,
  { order_id, status: to, reason = null }: ChangeOrderMessage,
  restaurantId: string,
): Promise<boolean> {
  const moved = await tx.$executeRaw`
    UPDATE "Order" part SET status = ${to}::"OrderStatus", reason = ${reason}, updated_at = now()
    WHERE part.order_group_id = ${order_id}::uuid AND part.restaurant_id = ${restaurantId}::uuid
      AND part.status = ANY(${orderTransitions[to]}::"OrderStatus"[])`;
  if (moved === 0) return false;
  await tx.$executeRaw`
    UPDATE "OrderGroup" whole SET updated_at = now(),
      status = CASE WHEN open.parts = 0 THEN 'CANCELLED' WHEN open.pending = 0 THEN 'CONFIRMED' ELSE whole.status END,
      total = CASE WHEN open.parts = 0 THEN whole.total ELSE open.total END,
      reason = CASE WHEN open.parts = 0 THEN ${reason} END
    FROM (
      SELECT count(*) AS parts, count(*) FILTER (WHERE part.status = 'PENDING') AS pending, sum(part.total) AS total
      FROM "Order" part
      WHERE part.order_group_id = ${order_id}::uuid AND part.status <> 'CANCELLED'
    ) open
    WHERE whole.id = ${order_id}::uuid`;
  return true;
}

/** The status of one restaurant's part; null if the order has none. */
export async function findPartStatus(tx: Transaction, orderId: string, restaurantId: string) {
  const part = await tx.order.findFirst({ where: { orderGroupId: orderId, restaurantId }, select: { status: true } });
  return part?.status ?? null;
}

/** Cancels an order before its placement has arrived: the placement will then find it CANCELLED. */
export async function leaveTombstone(tx: Transaction, message: ChangeOrderMessage): Promise<void> {
  const { order_id: orderId, user_id: userId, placed_at: placedAt, reason } = message;
  await tx.orderGroup.create({
    data: { orderId, userId, placedAt, reason, status: 'CANCELLED' },
    select: { orderId: true },
  });
}
