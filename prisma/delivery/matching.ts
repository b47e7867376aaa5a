/** Who gets which agent. The only place that turns an agent from AVAILABLE to BUSY. */
import type { AgentAssignedMessage } from '../../contracts/messages';
import type { Transaction } from './client';
import { Prisma } from './generated/client';
import { lockedOrder } from './locks';

/**
 * Whether anybody waits, or is free: the first by the index. A mere EXISTS may be answered by reading the table, for the planner expects one of
 * many to come soon, and they stand at its end.
 */
const oldestWaiting = Prisma.sql`(
  SELECT id FROM "DeliveryAssignment" WHERE status = 'PENDING' AND "agentId" IS NULL ORDER BY "requestedAt", id LIMIT 1
)`;
const longestFree = Prisma.sql`(
  SELECT id FROM "DilveryAgent" WHERE agent_status = 'AVAILABLE' ORDER BY "availableSince", id LIMIT 1
)`;

/**
 * Gives the order the longest-idle agent that is free at once; says whether it did. Takes no match lock, so such orders pass each
 * other freely. Does nothing when the order has an assignment already, when others wait (their turn comes first), or when
 * nobody can be had without waiting. One statement, which takes the order lock and needs no transaction around it.
 */
export async function takeFreeAgent(tx: Transaction, orderId: string): Promise<AgentAssignedMessage | undefined> {
  const [taken] = await tx.$queryRaw<AgentAssignedMessage[]>`
    WITH ${lockedOrder(orderId)}, free AS (
      SELECT id FROM "DilveryAgent"
      WHERE EXISTS (SELECT FROM locked) AND agent_status = 'AVAILABLE'
        AND NOT EXISTS (SELECT FROM "DeliveryAssignment" WHERE "orderId" = ${orderId}::uuid)
        AND ${oldestWaiting} IS NULL
      ORDER BY "availableSince", id LIMIT 1 FOR UPDATE SKIP LOCKED
    ), assigned AS (
      INSERT INTO "DeliveryAssignment" ("orderId", "agentId", "assignedAt")
      SELECT ${orderId}::uuid, id, clock_timestamp() FROM free ON CONFLICT ("orderId") DO NOTHING RETURNING "agentId"
    )
    UPDATE "DilveryAgent" agent SET agent_status = 'BUSY' FROM assigned WHERE agent.id = assigned."agentId"
    RETURNING ${orderId}::text AS order_id, agent.id AS agent_id, agent.name AS agent_name`;
  return taken;
}

/** Puts the order at the end of the queue of those that wait, unless it has an assignment. The caller holds the match lock. */
export async function enqueue(tx: Transaction, orderId: string): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "DeliveryAssignment" ("orderId") VALUES (${orderId}::uuid) ON CONFLICT ("orderId") DO NOTHING`;
}

/**
 * Matches the oldest waiting order with the longest-idle agent until one side is empty, and returns the matches: whoever has
 * committed tells the orders. The caller holds the match lock.
 */
export async function matchWaiting(tx: Transaction): Promise<AgentAssignedMessage[]> {
  const matches: AgentAssignedMessage[] = [];
  for (let match = await matchOldest(tx); match; match = await matchOldest(tx)) matches.push(match);
  return matches;
}

/**
 * An agent does not get a job again that they have handed back; then the next one who may gets it, or the next order.
 *
 * No SKIP LOCKED here: an agent's row may be locked by an order that takes that agent at once and is then rolled back. Passing it
 * over would leave the agent idle and the order waiting with nobody to bring them together; so wait for it, and look again.
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
        AND ${longestFree} IS NOT NULL -- else all that wait would be looked at
      ORDER BY waiting."requestedAt", waiting.id LIMIT 1
    ), busy AS (
      UPDATE "DilveryAgent" SET agent_status = 'BUSY' WHERE id = (SELECT agent FROM pair) RETURNING id, name
    )
    UPDATE "DeliveryAssignment" SET "agentId" = busy.id, "assignedAt" = clock_timestamp()
    FROM busy WHERE "DeliveryAssignment".id = (SELECT assignment FROM pair)
    RETURNING "orderId" AS order_id, busy.id AS agent_id, busy.name AS agent_name`;
  return match;
}
