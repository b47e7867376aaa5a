/** Matches orders and agents. The only place that turns an agent from AVAILABLE to BUSY. */
import { limits } from '../../contracts/limits';
import type { AgentAssignedMessage } from '../../contracts/messages';
import { fitted } from '../../contracts/texts';
import { lockedOrder } from '../order-lock';
import type { Database, Transaction } from './client';
import { Prisma } from './generated/client';

/** The first entry of an index, or null. For a mere EXISTS the planner may read the table: it expects a match soon, but they are at its end. */
const oldestWaiting = Prisma.sql`(
  SELECT id FROM "DeliveryAssignment" WHERE status = 'PENDING' AND "agentId" IS NULL ORDER BY "requestedAt", id LIMIT 1
)`;
const longestFree = Prisma.sql`(
  SELECT id FROM "DilveryAgent" WHERE agent_status = 'AVAILABLE' ORDER BY "availableSince", id LIMIT 1
)`;

/**
 * Assigns the longest-idle agent that is free at once. Takes no match lock, so such orders do not wait for each other. Returns undefined
 * and does nothing if the order already has an assignment, if other orders wait (it is their turn first), or if every free agent's
 * row is locked. One statement, which takes the order lock and needs no transaction.
 */
export async function takeFreeAgent(tx: Transaction, orderId: string): Promise<AgentAssignedMessage | undefined> {
  const [taken] = await tx.$queryRaw<AgentAssignedMessage[]>`
    WITH ${lockedOrder(orderId)}, free AS (
      SELECT id, name FROM "DilveryAgent"
      WHERE EXISTS (SELECT FROM locked) AND agent_status = 'AVAILABLE'
        AND NOT EXISTS (SELECT FROM "DeliveryAssignment" WHERE "orderId" = ${orderId}::uuid)
        AND ${oldestWaiting} IS NULL
      ORDER BY "availableSince", id LIMIT 1 FOR UPDATE SKIP LOCKED
    ), assigned AS (
      INSERT INTO "DeliveryAssignment" ("orderId", "agentId", "agentName", "assignedAt")
      SELECT ${orderId}::uuid, id, name, clock_timestamp() FROM free ON CONFLICT ("orderId") DO NOTHING RETURNING "agentId"
    )
    UPDATE "DilveryAgent" agent SET agent_status = 'BUSY', "updatedAt" = now() FROM assigned WHERE agent.id = assigned."agentId"
    RETURNING ${orderId}::text AS order_id, agent.id AS agent_id, agent.name AS agent_name`;
  return taken;
}

/** Appends the order to the queue, unless it has an assignment. The caller holds the match lock. */
export async function enqueue(tx: Transaction, orderId: string): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "DeliveryAssignment" ("orderId") VALUES (${orderId}::uuid) ON CONFLICT ("orderId") DO NOTHING`;
}

/** Matches the oldest order and the longest-idle agent until one side is empty. The caller holds the match lock, and notifies after the commit. */
export async function matchWaiting(tx: Transaction): Promise<AgentAssignedMessage[]> {
  const matches: AgentAssignedMessage[] = [];
  for (let match = await matchOldest(tx); match; match = await matchOldest(tx)) matches.push(match);
  return matches;
}

/**
 * Skips agents who have handed this job back, and orders that only such agents could take.
 * No SKIP LOCKED here: an order that takes an agent at once holds that agent's row, and may be rolled back. A match that skipped the
 * row would leave the agent idle and the order waiting, and nothing would bring them together.
 */
async function matchOldest(tx: Transaction): Promise<AgentAssignedMessage | undefined> {
  const [match] = await tx.$queryRaw<AgentAssignedMessage[]>`
    WITH pair AS (
      SELECT waiting.id AS assignment, free.id AS agent
      FROM "DeliveryAssignment" waiting, LATERAL (
        SELECT id FROM "DilveryAgent" agent
        WHERE agent_status = 'AVAILABLE' AND NOT EXISTS (
          SELECT FROM "DeclinedJob" WHERE "orderId" = waiting."orderId" AND "agentId" = agent.id
        )
        ORDER BY "availableSince", id LIMIT 1 FOR UPDATE
      ) free
      WHERE waiting.status = 'PENDING' AND waiting."agentId" IS NULL
        AND ${longestFree} IS NOT NULL -- otherwise all waiting orders would be read
      ORDER BY waiting."requestedAt", waiting.id LIMIT 1
    ), busy AS (
      UPDATE "DilveryAgent" SET agent_status = 'BUSY', "updatedAt" = now()
      WHERE id = (SELECT agent FROM pair) RETURNING id, name
    )
    UPDATE "DeliveryAssignment" SET "agentId" = busy.id, "agentName" = busy.name, "assignedAt" = clock_timestamp()
    FROM busy WHERE "DeliveryAssignment".id = (SELECT assignment FROM pair)
    RETURNING "orderId" AS order_id, busy.id AS agent_id, busy.name AS agent_name`;
  // A stored name may be older than the rules for names, which the message has to keep.
  return match && { ...match, agent_name: fitted(match.agent_name, 'line', limits.nameLength) ?? '' };
}

export interface Figures {
  availableAgents: number;
  busyAgents: number;
  ordersWaiting: number;
  /** The longest wait of a waiting order; 0 if none waits. */
  oldestWaitSeconds: number;
}

/** Costs time for agents and open deliveries, none for finished ones. A busy agent is one with an open delivery. */
export async function readFigures(db: Database): Promise<Figures> {
  const [figures] = await db.$queryRaw<[Figures]>`
    SELECT
      (SELECT count(*)::int FROM "DilveryAgent" WHERE agent_status = 'AVAILABLE') AS "availableAgents",
      (SELECT count("agentId")::int FROM "DeliveryAssignment"
        WHERE status IN ('PENDING', 'PICKED_UP') AND "agentId" IS NOT NULL) AS "busyAgents",
      count(*)::int AS "ordersWaiting",
      coalesce(extract(epoch FROM clock_timestamp() - min("requestedAt")), 0)::float AS "oldestWaitSeconds"
    FROM "DeliveryAssignment" WHERE status = 'PENDING' AND "agentId" IS NULL`;
  return figures;
}
