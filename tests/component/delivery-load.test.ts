/** Many orders, few agents, several consumers: nobody twice, nobody forgotten, the oldest first. */
import { randomUUID } from 'node:crypto';
import { agentAssignedMessage, assignAgentReply, type AgentAssignedMessage } from '../../contracts/messages';
import { queues } from '../../contracts/names';
import { createBestEffortPublish } from '../../lib/broker/broker';
import { createLog } from '../../lib/logging/log';
import { parseWith } from '../../lib/broker/message';
import { addAgent } from '../../prisma/delivery/agents';
import { anAgent, deliveryWorkers, withAgents } from '../fixtures/delivery';
import { until } from '../fixtures/until';

const orderCount = 200;
/** Few at first, so that most orders have to wait; the others come while agents are freed. */
const agentsAtFirst = 10;
const agentsAdded = 40;
const agentCount = agentsAtFirst + agentsAdded;
const consumers = 8;
/** A few seconds are enough on a quiet machine. */
const patienceMs = 120_000;

let service: Awaited<ReturnType<typeof deliveryWorkers>>;

beforeAll(async () => {
  service = await deliveryWorkers(consumers);
});
afterAll(() => service.close());

test(
  `${orderCount} orders and ${agentCount} agents who are freed and added all come together`,
  async () => {
    const waited: string[] = [];
    const failures: unknown[] = [];
    const notifyOrders = createBestEffortPublish<AgentAssignedMessage>(
      service.broker,
      queues.agentAssigned,
      createLog('test', 'silent'),
    );
    const join = async (): Promise<void> => notifyOrders((await addAgent(service.db, anAgent())).matches);

    /** The end of every delivery frees an agent, that of some brings a further one; a few couriers give up. */
    const orders = Array.from({ length: orderCount }, (): string => randomUUID());
    const bringsAnother = new Set(orders.filter((_, i) => i % (orderCount / agentsAdded) === 0));
    const givenUp = new Set(orders.filter((_, i) => i % 10 === 1));
    const end = async (order: string): Promise<void> => {
      await service.change(order, 'PICKED_UP');
      await service.change(order, givenUp.has(order) ? 'CANCELLED' : 'DELIVERED');
      if (bringsAnother.has(order)) await join();
    };
    await service.broker.consume({
      queue: queues.agentAssigned,
      prefetch: orderCount,
      parse: parseWith(agentAssignedMessage),
      handle: async ({ order_id }: AgentAssignedMessage) => {
        waited.push(order_id);
        await end(order_id).catch((err: unknown) => failures.push(err));
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
    await until('every order has had its agent', async () => (await ended()) === orderCount, patienceMs);
    await until('every agent is there and free', async () => (await freeAgents()).length === agentCount, patienceMs);

    expect(failures).toEqual([]);
    expect(await overlaps()).toBe(0);
    expect(waited.length).toBeGreaterThan(agentCount);
    expect(new Set(waited).size).toBe(waited.length);
    expect(await overtakings(waited)).toBe(0);
  },
  2 * patienceMs,
);

test('after that the agents are taken in the order in which they became free', async () => {
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

/** Deliveries of one agent that lie over each other in time. */
async function overlaps(): Promise<number> {
  const [row] = await service.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM "DeliveryAssignment" one JOIN "DeliveryAssignment" other
      ON one."agentId" = other."agentId" AND one.id <> other.id
      AND one."assignedAt" < other."completedAt" AND other."assignedAt" < one."completedAt"`;
  return row?.count ?? -1;
}

/** Orders that waited and got their agent before one that had waited longer. */
async function overtakings(waited: string[]): Promise<number> {
  const [row] = await service.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM "DeliveryAssignment" older JOIN "DeliveryAssignment" newer
      ON older."requestedAt" < newer."requestedAt" AND newer."assignedAt" < older."assignedAt"
    WHERE older."orderId" = ANY(${waited}::uuid[]) AND newer."orderId" = ANY(${waited}::uuid[])`;
  return row?.count ?? -1;
}
