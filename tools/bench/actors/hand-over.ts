import { setTimeout as sleep } from 'node:timers/promises';
import { orderMessages, orderWorkflowId } from '../../../contracts/names';
import { bodyOf } from '../../platform/answer';
import { query } from '../../platform/system';
import { aCourier } from '../../stack/access';
import type { Bench } from '../bench';
import { signalTime } from '../measure/histories';
import { summarize } from '../measure/statistics';
import { createOrderActors } from './orders';

const pollMs = 10;
const jobTimeoutMs = 30_000;

/** Confirms more orders than there are agents, has each agent deliver until none is left, and measures how long freed agents wait. */
export async function measureHandover(bench: Bench, agentIds: readonly string[], orders: number) {
  const actors = createOrderActors(bench.platform, bench.world);
  const open = new Set<string>();
  let toPlace = orders;
  const forEachAgent = (work: (agentId: string) => Promise<void>) => Promise.all(agentIds.map(work));
  await forEachAgent(async () => {
    while (toPlace-- > 0) {
      const { orderId, restaurantId } = await actors.place();
      open.add(orderId);
      await actors.confirm(orderId, restaurantId);
    }
  });
  const orderIds = [...open];
  await forEachAgent(async (agentId) => {
    const courier = bench.platform.as(aCourier(agentId));
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
  await Promise.all([...open].map(actors.cancel));
  return summarizeHandover(bench, orderIds);
}

/** Of the orders whose agent had delivered another of them before: milliseconds from when the delivery database freed the agent. */
async function summarizeHandover({ env, temporal }: Bench, orderIds: string[]) {
  const jobs = await query<{ orderId: string; freedAt: number; assignedAt: number }>(
    env.DELIVERY_DATABASE_URL,
    `SELECT "orderId", 1000 * extract(epoch FROM freed)::float8 AS "freedAt",
       1000 * extract(epoch FROM "assignedAt")::float8 AS "assignedAt"
     FROM (
       SELECT *, lag("completedAt") OVER (PARTITION BY "agentId" ORDER BY "assignedAt") AS freed
       FROM "DeliveryAssignment" WHERE "orderId" = ANY($1::uuid[])
     ) jobs WHERE freed IS NOT NULL`,
    [orderIds],
  );
  const notified: number[] = [];
  for (const { orderId, freedAt } of jobs) {
    const notifiedAt = await signalTime(temporal, orderWorkflowId(orderId), orderMessages.agentAssigned);
    if (notifiedAt !== undefined) notified.push(notifiedAt - freedAt);
  }
  return {
    /** Until that database assigned the agent. Null: not measured. */
    assigned: summarize(jobs.map(({ freedAt, assignedAt }) => assignedAt - freedAt)),
    /** Until the order's workflow received the signal. Null: not measured. */
    notified: summarize(notified),
  };
}
