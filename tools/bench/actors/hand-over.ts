import { setTimeout as sleep } from 'node:timers/promises';
import { orderMessages, orderWorkflowId } from '../../../contracts/names';
import { bodyOf } from '../../platform/answer';
import { aCourier } from '../../stack/access';
import type { Bench } from '../bench';
import { query } from '../database';
import { signalTimes } from '../measure/histories';
import { summarize, type Summary } from '../measure/statistics';
import { createOrderActors } from './orders';

/** Milliseconds from when an agent is freed, in the delivery database, to the next order. Null: not measured. */
export interface Handover {
  /** Until that database assigns the agent. */
  assigned: Summary | null;
  /** Until the order's workflow receives the signal. */
  notified: Summary | null;
}

const pollMs = 10;
const jobTimeoutMs = 30_000;

/** Confirms more orders than there are agents, and has each agent deliver until none is left. */
export async function measureHandover(bench: Bench, agentIds: readonly string[], orders: number): Promise<Handover> {
  const { platform, world } = bench;
  const actors = createOrderActors(platform, world);
  const open = new Set<string>();
  let toPlace = orders;
  const forEachAgent = (work: (agentId: string) => Promise<void>) => Promise.all(agentIds.map(work));
  await forEachAgent(async () => {
    while (toPlace-- > 0) {
      const order = await actors.place();
      open.add(order.orderId);
      await actors.confirm(order);
    }
  });
  const orderIds = [...open];
  await forEachAgent(async (agentId) => {
    const courier = platform.as(aCourier(agentId));
    let deadline = performance.now() + jobTimeoutMs;
    while (open.size > 0 && performance.now() < deadline) {
      const { data } = bodyOf(await courier.deliveries({ agent_id: agentId, status: 'PENDING', limit: 1 }));
      const orderId = data.deliveries[0]?.order_id;
      if (orderId === undefined) {
        await sleep(pollMs);
        continue;
      }
      await actors.move(orderId, 'PICKED_UP');
      await actors.move(orderId, 'DELIVERED');
      open.delete(orderId);
      deadline = performance.now() + jobTimeoutMs;
    }
  });
  await Promise.all([...open].map((orderId) => actors.cancel(orderId)));
  return summarizeHandover(bench, orderIds);
}

interface Assignment {
  orderId: string;
  /** Milliseconds since 1970. */
  freedAt: number;
  assignedAt: number;
}

/** The orders whose agent had delivered another of them before. */
async function summarizeHandover({ env, temporal }: Bench, orderIds: string[]): Promise<Handover> {
  const rows = await query<Assignment>(
    env.DELIVERY_DATABASE_URL,
    `SELECT "orderId", 1000 * extract(epoch FROM freed)::float8 AS "freedAt",
       1000 * extract(epoch FROM "assignedAt")::float8 AS "assignedAt"
     FROM (
       SELECT *, lag("completedAt") OVER (PARTITION BY "agentId" ORDER BY "assignedAt") AS freed
       FROM "DeliveryAssignment" WHERE "orderId" = ANY($1::uuid[])
     ) jobs WHERE freed IS NOT NULL`,
    [orderIds],
  );
  const workflowIds = rows.map(({ orderId }) => orderWorkflowId(orderId));
  const signals = await signalTimes(temporal, workflowIds, orderMessages.agentAssigned);
  return {
    assigned: summarize(rows.map(({ freedAt, assignedAt }) => assignedAt - freedAt)),
    notified: summarize(
      rows.flatMap(({ orderId, freedAt }) => {
        const notifiedAt = signals.get(orderWorkflowId(orderId));
        return notifiedAt === undefined ? [] : notifiedAt - freedAt;
      }),
    ),
  };
}
