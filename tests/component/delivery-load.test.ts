/** Many orders, few agents, several consumers: no agent assigned twice, no order forgotten, the oldest served first. */
import { randomUUID } from 'node:crypto';
import { agentAssignedMessage, assignAgentReply, type AgentAssignedMessage } from '../../contracts/messages';
import { queues } from '../../contracts/names';
import { createBestEffortPublish } from '../../lib/broker/broker';
import { createLog } from '../../lib/logging/log';
import { addAgent } from '../../prisma/delivery/agents';
import { anAgent, deliveryWorkers, withAgents } from '../fixtures/delivery';
import { until } from '../fixtures/until';

const orderCount = 200;
/** Few at first, so that most orders wait; the others are added while agents are freed. */
const agentsAtFirst = 10;
const agentsAdded = 40;
const agentCount = agentsAtFirst + agentsAdded;
const consumers = 8;
/** An idle machine needs a few seconds. */
const timeoutMs = 120_000;

let service: Awaited<ReturnType<typeof deliveryWorkers>>;

beforeAll(async () => {
  service = await deliveryWorkers(consumers);
});
afterAll(() => service.close());

test(
  `${orderCount} orders are all matched with ${agentCount} agents, who are freed and added concurrently`,
  async () => {
    const waited: string[] = [];
    const failures: unknown[] = [];
    const notifyOrders = createBestEffortPublish<AgentAssignedMessage>(
      service.broker,
      queues.agentAssigned,
      createLog('test', 'silent'),
    );
    const join = async (): Promise<void> => notifyOrders((await addAgent(service.db, anAgent())).matches);

    /** The end of each delivery frees an agent and some add another one. A few couriers cancel. */
    const orders = Array.from({ length: orderCount }, (): string => randomUUID());
    const addsAgent = new Set(orders.filter((_, i) => i % (orderCount / agentsAdded) === 0));
    const cancels = new Set(orders.filter((_, i) => i % 10 === 1));
    const end = async (order: string): Promise<void> => {
      await service.change(order, 'PICKED_UP');
      await service.change(order, cancels.has(order) ? 'CANCELLED' : 'DELIVERED');
      if (addsAgent.has(order)) await join();
    };
    await service.broker.consume({
      queue: queues.agentAssigned,
      prefetch: orderCount,
      schema: agentAssignedMessage,
      handle: async ({ order_id }: AgentAssignedMessage) => {
        waited.push(order_id);
        await end(order_id).catch((error: unknown) => failures.push(error));
      },
    });
    const ask = async (order: string): Promise<void> => {
      const reply = assignAgentReply.parse(await service.assign(order));
      if (reply.outcome === 'assigned') await end(order);
      else expect(reply).toEqual({ outcome: 'queued' });
    };

    await withAgents(service.db, ...Array.from({ length: agentsAtFirst }, (_, i) => `agent ${i}`));
    await Promise.all(orders.map(ask));
    const ended = () => service.db.assignment.count({ where: { agentId: { not: null }, completedAt: { not: null } } });
    await until('every order was delivered or cancelled', async () => (await ended()) === orderCount, timeoutMs);
    await until('every agent is added and free', async () => (await freeAgents()).length === agentCount, timeoutMs);

    expect(failures).toEqual([]);
    expect(await overlaps()).toBe(0);
    expect(waited.length).toBeGreaterThan(agentCount);
    expect(new Set(waited).size).toBe(waited.length);
    expect(await overtakings(waited)).toBe(0);
  },
  2 * timeoutMs,
);

test('after that, agents are assigned in the order in which they became free', async () => {
  const longestIdleFirst = await freeAgents();
  expect(longestIdleFirst).toHaveLength(agentCount);
  const taken: unknown[] = [];
  for (let i = 0; i < agentCount; i++) taken.push(await service.assign(randomUUID()));
  expect(taken).toEqual(
    longestIdleFirst.map((agent_id) => expect.objectContaining({ outcome: 'assigned', agent_id }) as unknown),
  );
  expect(await service.assign(randomUUID())).toEqual({ outcome: 'queued' });
});

async function freeAgents(): Promise<string[]> {
  const free = await service.db.agent.findMany({
    where: { agentStatus: 'AVAILABLE' },
    orderBy: { availableSince: 'asc' },
  });
  return free.map(({ id }) => id);
}

/** The number of deliveries of one agent that overlap in time. */
async function overlaps(): Promise<number> {
  const [row] = await service.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM "DeliveryAssignment" one JOIN "DeliveryAssignment" other
      ON one."agentId" = other."agentId" AND one.id <> other.id
      AND one."assignedAt" < other."completedAt" AND other."assignedAt" < one."completedAt"`;
  return row?.count ?? -1;
}

/** The number of times that a waiting order got its agent before an older one. */
async function overtakings(waited: string[]): Promise<number> {
  const [row] = await service.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM "DeliveryAssignment" older JOIN "DeliveryAssignment" newer
      ON older."requestedAt" < newer."requestedAt" AND newer."assignedAt" < older."assignedAt"
    WHERE older."orderId" = ANY(${waited}::uuid[]) AND newer."orderId" = ANY(${waited}::uuid[])`;
  return row?.count ?? -1;
}
