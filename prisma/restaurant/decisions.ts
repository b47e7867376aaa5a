import type { Decision, OrderStatus } from '../../contracts/states';
import type { Transaction } from './client';
import { lockedOrder } from './locks';

/** From where an order may get there. */
const comesFrom: Record<Decision, OrderStatus[]> = {
  CONFIRMED: ['PENDING'],
  CANCELLED: ['PENDING', 'CONFIRMED'],
};

export interface Move {
  orderId: string;
  to: Decision;
  reason: string | null;
}

/**
 * Moves an order group and its orders, under the order lock: one statement, which needs no transaction around it. Returns the group's total;
 * undefined when its state does not allow it or it does not exist.
 */
export async function moveOrder(
  tx: Transaction,
  { orderId, to, reason }: Move,
): Promise<{ total: string } | undefined> {
  const from = comesFrom[to];
  const [moved] = await tx.$queryRaw<{ total: string }[]>`
    WITH ${lockedOrder(orderId)}, moved AS (
      UPDATE "OrderGroup" SET status = ${to}::"OrderStatus", reason = ${reason}, updated_at = now()
      WHERE EXISTS (SELECT FROM locked) AND order_id = ${orderId}::uuid AND status = ANY(${from}::"OrderStatus"[])
      RETURNING id, total
    ), orders AS (
      UPDATE "Order" SET status = ${to}::"OrderStatus", updated_at = now()
      WHERE order_group_id = (SELECT id FROM moved) AND status = ANY(${from}::"OrderStatus"[])
    )
    SELECT total::text FROM moved`;
  return moved;
}

export interface PartMove extends Move {
  restaurantId: string;
}

/**
 * Moves one restaurant's part, and the group with it: CONFIRMED when no part is PENDING, CANCELLED when none is left; its total is that
 * of what is left. False when the part's state does not allow it or there is none. The caller holds the order lock.
 */
export async function movePart(tx: Transaction, { orderId, restaurantId, to, reason }: PartMove): Promise<boolean> {
  const moved = await tx.$executeRaw`
    UPDATE "Order" part SET status = ${to}::"OrderStatus", reason = ${reason}, updated_at = now()
    FROM "OrderGroup" whole
    WHERE whole.id = part.order_group_id AND whole.order_id = ${orderId}::uuid AND part.restaurant_id = ${restaurantId}::uuid
      AND part.status = ANY(${comesFrom[to]}::"OrderStatus"[])`;
  if (moved === 0) return false;
  await tx.$executeRaw`
    UPDATE "OrderGroup" whole SET updated_at = now(),
      status = CASE WHEN open.parts = 0 THEN 'CANCELLED' WHEN open.pending = 0 THEN 'CONFIRMED' ELSE whole.status END,
      total = CASE WHEN open.parts = 0 THEN whole.total ELSE open.total END,
      reason = CASE WHEN open.parts = 0 THEN ${reason} END
    FROM (
      SELECT count(*) AS parts, count(*) FILTER (WHERE part.status = 'PENDING') AS pending, sum(part.total) AS total
      FROM "Order" part JOIN "OrderGroup" its ON its.id = part.order_group_id
      WHERE its.order_id = ${orderId}::uuid AND part.status <> 'CANCELLED'
    ) open
    WHERE whole.order_id = ${orderId}::uuid`;
  return true;
}

/** The status of one restaurant's part; null when the order has none of it. */
export async function findPartStatus(
  tx: Transaction,
  orderId: string,
  restaurantId: string,
): Promise<OrderStatus | null> {
  const part = await tx.order.findFirst({ where: { orderGroup: { orderId }, restaurantId }, select: { status: true } });
  return part?.status ?? null;
}

export interface Tombstone {
  orderId: string;
  userId: string;
  placedAt: string;
  reason: string | null;
}

/** The undo has come before the placement: when that comes, it will find the order CANCELLED. */
export async function leaveTombstone(tx: Transaction, tombstone: Tombstone): Promise<void> {
  await tx.orderGroup.create({ data: { ...tombstone, status: 'CANCELLED' }, select: { id: true } });
}
