import type { Database } from './client';

/** The delivery side's metrics. */
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
