import type { Decision, OrderStatus } from '../../contracts/states';
import type { Transaction } from './client';

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

/** Moves an order group and its orders. False when its state does not allow it or it does not exist. The caller holds the order lock. */
export async function moveOrder(tx: Transaction, { orderId, to, reason }: Move): Promise<boolean> {
  const from = comesFrom[to];
  const [result] = await tx.$queryRaw<{ moved: number }[]>`
    WITH moved AS (
      UPDATE "OrderGroup" SET status = ${to}::"OrderStatus", reason = ${reason}, updated_at = now()
      WHERE order_id = ${orderId}::uuid AND status = ANY(${from}::"OrderStatus"[])
      RETURNING id
    ), orders AS (
      UPDATE "Order" SET status = ${to}::"OrderStatus", updated_at = now()
      WHERE order_group_id = (SELECT id FROM moved) AND status = ANY(${from}::"OrderStatus"[])
    )
    SELECT count(*)::int AS moved FROM moved`;
  return result !== undefined && result.moved > 0;
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
