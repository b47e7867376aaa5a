import type { Database } from './client';

/** How the delivery side is doing. */
export interface Figures {
  availableAgents: number;
  busyAgents: number;
  ordersWaiting: number;
  /** How long the order has waited that has waited longest; 0 when none does. */
  oldestWaitSeconds: number;
}

/** One statement. It costs as much as there are agents and open deliveries; what is over costs nothing. A busy agent is one with an open delivery. */
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
