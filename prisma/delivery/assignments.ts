/** The deliveries: one assignment row for each order. */
import type { DeliveryMove, DeliveryStatus } from '../../contracts/states';
import type { Database, Transaction } from './client';
import { lockedMatch, lockedOrder } from './locks';

/** An order's delivery. `agent` is null while the order waits for one, and in the tombstone of an order that never had one. */
export interface Delivery {
  status: DeliveryStatus;
  agent: { id: string; name: string } | null;
}

/** Null when nothing is known of the order. */
export function findDelivery(db: Database | Transaction, orderId: string): Promise<Delivery | null> {
  return db.assignment.findUnique({
    where: { orderId },
    select: { status: true, agent: { select: { id: true, name: true } } },
  });
}

export const isWaiting = ({ status, agent }: Delivery): boolean => status === 'PENDING' && agent === null;

/**
 * The agent brings the food. False when the delivery is not an agent's, or not PENDING. One statement, which takes the order lock and needs
 * no transaction around it.
 */
export async function pickUp(tx: Transaction, orderId: string): Promise<boolean> {
  const changed = await tx.$executeRaw`
    WITH ${lockedOrder(orderId)}
    UPDATE "DeliveryAssignment" SET status = 'PICKED_UP', "pickedUpAt" = clock_timestamp()
    WHERE EXISTS (SELECT FROM locked) AND "orderId" = ${orderId}::uuid AND status = 'PENDING' AND "agentId" IS NOT NULL`;
  return changed > 0;
}

/** From where a delivery may end. */
const endsFrom: Record<Exclude<DeliveryMove, 'PICKED_UP'>, DeliveryStatus[]> = {
  DELIVERED: ['PICKED_UP'],
  CANCELLED: ['PENDING', 'PICKED_UP'],
};

/**
 * Ends a delivery and frees its agent, if it has one: only if this very statement ended it, so a repeat frees nobody.
 * False when the delivery's state does not allow it. Takes the order lock and the match lock, for the caller's transaction.
 */
export async function endDelivery(tx: Transaction, orderId: string, status: keyof typeof endsFrom): Promise<boolean> {
  const [result] = await tx.$queryRaw<{ ended: number }[]>`
    WITH ${lockedMatch(orderId)}, ended AS (
      UPDATE "DeliveryAssignment" SET status = ${status}::"DeliveryStatus", "completedAt" = clock_timestamp()
      WHERE EXISTS (SELECT FROM matching) AND "orderId" = ${orderId}::uuid AND status = ANY(${endsFrom[status]}::"DeliveryStatus"[])
      RETURNING "agentId"
    ), freed AS (
      UPDATE "DilveryAgent" SET agent_status = 'AVAILABLE', "availableSince" = clock_timestamp()
      WHERE id = (SELECT "agentId" FROM ended)
    )
    SELECT count(*)::int AS ended FROM ended`;
  return result !== undefined && result.ended > 0;
}

/**
 * Takes a job from its agent before pick-up: the order waits again, in its old place, and the agent is free, but not for this order.
 * False when it is not this agent's, or not PENDING. Takes the order lock and the match lock, for the caller's transaction.
 */
export async function declineJob(tx: Transaction, orderId: string, agentId: string): Promise<boolean> {
  const [result] = await tx.$queryRaw<{ declined: number }[]>`
    WITH ${lockedMatch(orderId)}, taken AS (
      UPDATE "DeliveryAssignment" SET "agentId" = NULL, "assignedAt" = NULL
      WHERE EXISTS (SELECT FROM matching) AND "orderId" = ${orderId}::uuid AND "agentId" = ${agentId}::uuid AND status = 'PENDING'
      RETURNING "orderId"
    ), noted AS (
      INSERT INTO "DeclinedJob" ("orderId", "agentId") SELECT "orderId", ${agentId}::uuid FROM taken
    ), freed AS (
      UPDATE "DilveryAgent" SET agent_status = 'AVAILABLE', "availableSince" = clock_timestamp()
      WHERE id = ${agentId}::uuid AND EXISTS (SELECT FROM taken)
    )
    SELECT count(*)::int AS declined FROM taken`;
  return result !== undefined && result.declined > 0;
}

export async function hasDeclined(tx: Transaction, orderId: string, agentId: string): Promise<boolean> {
  return (await tx.declinedJob.count({ where: { orderId, agentId } })) > 0;
}

/** The undo has come before the order asked for an agent: when that comes, it will find the delivery CANCELLED. */
export async function leaveTombstone(tx: Transaction, orderId: string): Promise<void> {
  await tx.assignment.create({ data: { orderId, status: 'CANCELLED', completedAt: new Date() }, select: { id: true } });
}
