import { limits } from '../../../contracts/limits';
import { takeMatchLock } from '../../../prisma/delivery/locks';
import { waiting, type NewAgent } from '../rules/agents';
import type { NewDelivery } from '../rules/rows';
import { writeRows, type Writer } from './database';
import { insertUnderFreeNames } from './unique-names';

/** Inserts the agents that are missing. They are BUSY until `settleAgents`: no order may take one before their own deliveries are here. */
export const insertAgents = (db: Writer, rows: NewAgent[]) =>
  insertUnderFreeNames(db, {
    rows,
    table: '"DilveryAgent"',
    maxLength: limits.userNameLength,
    withName: (row, rename) => ({ ...row, userName: rename(row.userName) }),
    insert: (named) => writeRows(db, agents, named),
  });

const agents = `
  INSERT INTO "DilveryAgent" (id, name, "userName", gender, agent_status, "availableSince", "createdAt", "updatedAt")
  SELECT id, name, "userName", gender, 'BUSY', "availableSince", "createdAt", "availableSince"
  FROM jsonb_to_recordset($1) AS a(id uuid, name text, "userName" text, gender "Gender", "availableSince" timestamptz,
    "createdAt" timestamptz)
  ON CONFLICT DO NOTHING`;

/** Inserts the deliveries that are missing, and counts their ratings. Resolves to their number. */
export async function insertDeliveries(db: Writer, rows: NewDelivery[]): Promise<number> {
  const rated = rows.filter(({ rating }) => rating !== null).map(({ agentId }) => agentId);
  await db.query('SELECT FROM "DilveryAgent" WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', [rated]);
  return writeRows(db, deliveries, rows);
}

const deliveries = `
  WITH delivery AS (
    INSERT INTO "DeliveryAssignment" (id, "orderId", "agentId", "agentName", status, "requestedAt", "assignedAt", "completedAt",
      rating, "createdAt")
    SELECT id, "orderId", "agentId", "agentName", status, "requestedAt", "assignedAt", "completedAt", rating, "requestedAt"
    FROM jsonb_to_recordset($1) AS d(id uuid, "orderId" uuid, "agentId" uuid, "agentName" text, status "DeliveryStatus",
      "requestedAt" timestamptz, "assignedAt" timestamptz, "completedAt" timestamptz, rating float8)
    ON CONFLICT DO NOTHING RETURNING "agentId", rating
  ), rated AS (
    UPDATE "DilveryAgent" a SET "ratingSum" = "ratingSum" + more.sum, "ratingCount" = "ratingCount" + more.count,
      rating = ("ratingSum" + more.sum) / ("ratingCount" + more.count)
    FROM (
      SELECT "agentId", sum(rating), count(*)::int FROM delivery WHERE rating IS NOT NULL AND "agentId" IS NOT NULL GROUP BY "agentId"
    ) more
    WHERE a.id = more."agentId"
  )
  SELECT FROM delivery`;

/** The same for open deliveries: one whose agent has got another in the meantime waits for an agent. */
export async function insertOpenDeliveries(db: Writer, rows: NewDelivery[]): Promise<number> {
  const withAgents = await insertDeliveries(db, rows);
  return withAgents + (await insertDeliveries(db, rows.map(waiting)));
}

/** Makes those of the agents BUSY who have an open delivery, and the others AVAILABLE. */
export async function settleAgents(db: Writer, agentIds: string[]): Promise<void> {
  await db.query(`SELECT ${takeMatchLock.text}`);
  await db.query(
    `UPDATE "DilveryAgent" a SET agent_status = its.status
     FROM (
       SELECT id, CASE WHEN EXISTS (
         SELECT FROM "DeliveryAssignment" d WHERE d."agentId" = agent.id AND d.status IN ('PENDING', 'PICKED_UP')
       ) THEN 'BUSY' ELSE 'AVAILABLE' END::"AgentStatus" AS status
       FROM "DilveryAgent" agent WHERE id = ANY($1::uuid[])
     ) its
     WHERE a.id = its.id AND a.agent_status <> its.status`,
    [agentIds],
  );
}
