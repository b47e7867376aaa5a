import { setTimeout as sleep } from 'node:timers/promises';
import { Client as Postgres } from 'pg';
import { z } from 'zod';
import { orderWorkflowId } from '../../../contracts/names';
import { aCourier, authorization } from '../../stack/access';
import { summarize, type Summary } from '../measure/statistics';
import { confirmOrder, giveUp, moveDelivery, placeOrder, type People } from './order';

/** From an agent's freeing to the next order, each in milliseconds; null: nothing was measured. */
export interface Handover {
  /** From `DELIVERED` answered to the answer that shows the courier the next job. As people see it. */
  seenByCourier: Summary | null;
  /** From the freed agent's `completedAt` to the next order's `assignedAt`, in the delivery database. */
  inDatabase: Summary | null;
  /** From the freed agent's `completedAt` to Temporal's time of the signal that tells the next order: it can go on from there. */
  orderTold: Summary | null;
}

const jobs = z.object({ data: z.object({ deliveries: z.array(z.object({ order_id: z.string() })) }) });

export interface HandoverPlan {
  agentIds: readonly string[];
  orderCount: number;
  databaseUrl: string;
  /** When each order's workflow was told of its agent, in milliseconds since 1970; without those that were not. */
  toldAt: (workflowIds: readonly string[]) => Promise<Map<string, number>>;
}

/** Places and confirms more orders than there are agents, and lets each agent deliver until none is left. */
export async function handOver(
  people: People,
  { agentIds, orderCount, databaseUrl, toldAt }: HandoverPlan,
): Promise<Handover> {
  const orders: string[] = [];
  let toPlace = orderCount;
  await together(agentIds, async () => {
    while (toPlace-- > 0) {
      const order = await placeOrder(people);
      orders.push(order.orderId);
      await confirmOrder(people, order);
    }
  });
  let left = orderCount;
  const delivered = new Set<string>();
  const seen: number[] = [];
  await together(agentIds, async (agentId) => {
    for (let freedAt: number | undefined; left > 0;) {
      const orderId = await findJob(people, agentId, () => left > 0);
      if (orderId === undefined) return;
      if (freedAt !== undefined) seen.push(performance.now() - freedAt);
      await moveDelivery(people, orderId, 'PICKED_UP');
      await moveDelivery(people, orderId, 'DELIVERED');
      freedAt = performance.now();
      delivered.add(orderId);
      left -= 1;
    }
  });
  // Whoever has found no job in time has left some.
  await Promise.all(orders.filter((orderId) => !delivered.has(orderId)).map((orderId) => giveUp(people, orderId)));
  const rows = await waitsIn(databaseUrl, orders);
  const told = await toldAt(rows.map(({ orderId }) => orderWorkflowId(orderId)));
  return {
    seenByCourier: summarize(seen),
    inDatabase: summarize(rows.map(({ freedAt, assignedAt }) => assignedAt - freedAt)),
    orderTold: summarize(
      rows
        .flatMap(({ orderId, freedAt }) => (told.get(orderWorkflowId(orderId)) ?? NaN) - freedAt)
        .filter(Number.isFinite),
    ),
  };
}

const lookEveryMs = 10;
/** No order is so long on its way to an agent, on the busiest machine. */
const patienceMs = 30_000;

/** Looks again and again; undefined when there is nothing more to do. */
async function findJob(
  { http, addresses }: People,
  agentId: string,
  wanted: () => boolean,
): Promise<string | undefined> {
  const url = `${addresses.DELIVERY_SERVICE_URL}/deliveries?agent_id=${agentId}&status=PENDING&limit=1`;
  for (const since = performance.now(); wanted() && performance.now() - since < patienceMs;) {
    const { text } = await http.expect([200], 'GET', url, undefined, await authorization(aCourier(agentId)));
    const [job] = jobs.parse(JSON.parse(text)).data.deliveries;
    if (job) return job.order_id;
    await sleep(lookEveryMs);
  }
  return undefined;
}

interface Waited {
  orderId: string;
  /** Milliseconds since 1970. */
  freedAt: number;
  assignedAt: number;
}

/** The orders that got an agent whom another of them had freed. */
async function waitsIn(databaseUrl: string, orders: string[]): Promise<Waited[]> {
  const client = new Postgres({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Waited>(
      `SELECT "orderId", 1000 * extract(epoch FROM freed)::float8 AS "freedAt",
         1000 * extract(epoch FROM "assignedAt")::float8 AS "assignedAt"
       FROM (
         SELECT *, lag("completedAt") OVER (PARTITION BY "agentId" ORDER BY "assignedAt") AS freed
         FROM "DeliveryAssignment" WHERE "orderId" = ANY($1::uuid[])
       ) jobs WHERE freed IS NOT NULL`,
      [orders],
    );
    return rows;
  } finally {
    await client.end();
  }
}

const together = (agentIds: readonly string[], work: (agentId: string) => Promise<void>): Promise<unknown> =>
  Promise.all(agentIds.map(work));
