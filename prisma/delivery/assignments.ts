/** The deliveries: one assignment row for each order. */
import { deliveryTransitions, type DeliveryMove, type DeliveryStatus } from '../../contracts/states';
import type { PageEnd } from '../../contracts/values';
import { lockedOrder } from '../order-lock';
import type { Database, Transaction } from './client';
import { lockedMatch } from './locks';

export interface Delivery {
  status: DeliveryStatus;
  /** Null while the order waits for one, and in a tombstone. The name is that of the assignment. */
  agent: { id: string; name: string } | null;
}

/** An order's delivery, null if the order is unknown. */
export async function findDelivery(db: Transaction, orderId: string): Promise<Delivery | null> {
  const row = await db.assignment.findUnique({
    where: { orderId },
    select: { status: true, agentId: true, agentName: true },
  });
  if (!row) return null;
  const { status, agentId: id, agentName: name } = row;
  return { status, agent: id !== null && name !== null ? { id, name } : null };
}

/** The agent of each of these orders that has one. */
export async function agentsOf(db: Transaction, orderIds: string[]): Promise<Map<string, string>> {
  const rows = await db.assignment.findMany({
    where: { orderId: { in: orderIds }, agentId: { not: null } },
    select: { orderId: true, agentId: true },
  });
  return new Map(rows.map(({ orderId, agentId }) => [orderId, agentId as string]));
}

export const isWaiting = ({ status, agent }: Delivery): boolean => status === 'PENDING' && agent === null;

/** Records the pick-up, in one statement that takes the order lock. False if the delivery has no agent or its status does not allow it. */
export async function pickUp(tx: Transaction, orderId: string): Promise<boolean> {
  const changed = await tx.$executeRaw`
    WITH ${lockedOrder(orderId)}
    UPDATE "DeliveryAssignment" SET status = 'PICKED_UP', "pickedUpAt" = clock_timestamp()
    WHERE EXISTS (SELECT FROM locked) AND "orderId" = ${orderId}::uuid AND "agentId" IS NOT NULL
      AND status = ANY(${deliveryTransitions.PICKED_UP}::"DeliveryStatus"[])`;
  return changed > 0;
}

/**
 * Ends a delivery and frees its agent, only if this very statement ended it: a repeat frees no agent. False if the delivery's status does
 * not allow it. Takes the order lock and the match lock, to the end of the caller's transaction.
 */
export async function endDelivery(
  tx: Transaction,
  orderId: string,
  status: Exclude<DeliveryMove, 'PICKED_UP'>,
): Promise<boolean> {
  const from = deliveryTransitions[status];
  const ended = await tx.$queryRaw<unknown[]>`
    WITH ${lockedMatch(orderId)}, ended AS (
      UPDATE "DeliveryAssignment" SET status = ${status}::"DeliveryStatus", "completedAt" = clock_timestamp()
      WHERE EXISTS (SELECT FROM matching) AND "orderId" = ${orderId}::uuid AND status = ANY(${from}::"DeliveryStatus"[])
      RETURNING "agentId"
    ), freed AS (
      UPDATE "DilveryAgent" SET agent_status = 'AVAILABLE', "availableSince" = clock_timestamp(), "updatedAt" = now()
      WHERE id = (SELECT "agentId" FROM ended)
    )
    SELECT 1 FROM ended`;
  return ended.length > 0;
}

/**
 * Takes a job from its agent before pick-up: the order keeps its place in the queue, and the agent is free, but not for this order.
 * False if the job is not this agent's or not PENDING. Takes the order lock and the match lock, to the end of the caller's transaction.
 */
export async function declineJob(tx: Transaction, orderId: string, agentId: string): Promise<boolean> {
  const taken = await tx.$queryRaw<unknown[]>`
    WITH ${lockedMatch(orderId)}, taken AS (
      UPDATE "DeliveryAssignment" SET "agentId" = NULL, "agentName" = NULL, "assignedAt" = NULL
      WHERE EXISTS (SELECT FROM matching) AND "orderId" = ${orderId}::uuid AND "agentId" = ${agentId}::uuid AND status = 'PENDING'
      RETURNING "orderId"
    ), noted AS (
      INSERT INTO "DeclinedJob" ("orderId", "agentId") SELECT "orderId", ${agentId}::uuid FROM taken
    ), freed AS (
      UPDATE "DilveryAgent" SET agent_status = 'AVAILABLE', "availableSince" = clock_timestamp(), "updatedAt" = now()
      WHERE id = ${agentId}::uuid AND EXISTS (SELECT FROM taken)
    )
    SELECT 1 FROM taken`;
  return taken.length > 0;
}

export async function hasDeclined(tx: Transaction, orderId: string, agentId: string): Promise<boolean> {
  return (await tx.declinedJob.count({ where: { orderId, agentId } })) > 0;
}

/** Cancels a delivery before the order has asked for an agent: that request will then find it CANCELLED. */
export async function leaveTombstone(tx: Transaction, orderId: string): Promise<void> {
  await tx.assignment.create({ data: { orderId, status: 'CANCELLED', completedAt: new Date() }, select: { id: true } });
}

interface DeliveryFilter {
  agentId?: string | undefined;
  status?: DeliveryStatus | undefined;
}

/** At most `limit` deliveries, newest first, after that end of the previous page. */
export const listDeliveries = (db: Database, { agentId, status }: DeliveryFilter, limit: number, after?: PageEnd) =>
  db.assignment.findMany({
    where: {
      agentId,
      status,
      ...(after && {
        createdAt: { lte: after.at },
        OR: [{ createdAt: { lt: after.at } }, { id: { lt: after.id } }],
      }),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit,
  });

export type ListedDelivery = Awaited<ReturnType<typeof listDeliveries>>[number];

/** At most `limit` ids of orders that wait for an agent or whose delivery is in progress, ascending, after the given one. */
export async function openOrderIds(db: Database, after: string, limit: number): Promise<string[]> {
  const rows = await db.assignment.findMany({
    where: { orderId: { gt: after }, status: { in: ['PENDING', 'PICKED_UP'] } },
    orderBy: { orderId: 'asc' },
    take: limit,
    select: { orderId: true },
  });
  return rows.map(({ orderId }) => orderId);
}

export const findAssignments = (db: Database, orderIds: string[]) =>
  db.assignment.findMany({
    where: { orderId: { in: orderIds } },
    select: { orderId: true, agentId: true, status: true, agentRating: true },
  });

export type Assignment = Awaited<ReturnType<typeof findAssignments>>[number];
