/** Many orders, few agents, several consumers: nobody twice, nobody forgotten, the oldest first. */
import { randomUUID } from 'node:crypto';
import { agentAssignedMessage, assignAgentReply, type AgentAssignedMessage } from '../../contracts/messages';
import { deadQueue, queues } from '../../contracts/names';
import { createAnnounce } from '../../lib/broker/announce';
import { createLog } from '../../lib/log';
import { bySchema } from '../../lib/parse';
import { addAgent } from '../../prisma/delivery/agents';
import { anAgent, deliveryWorkers, withAgents } from '../fixtures/delivery';
import { until } from '../fixtures/until';

const orderCount = 60;
const agentsAtFirst = 10;
const agentsAdded = 5;
const consumers = 4;

let service: Awaited<ReturnType<typeof deliveryWorkers>>;

beforeAll(async () => {
  service = await deliveryWorkers(consumers);
});
afterAll(() => service.close());

test(`${orderCount} orders and ${agentsAtFirst + agentsAdded} agents who are freed and added all come together`, async () => {
  const told: string[] = [];
  const failures: unknown[] = [];
  const deliver = async (order_id: string): Promise<void> => {
    await service.change(order_id, 'PICKED_UP');
    await service.change(order_id, 'DELIVERED');
  };
  await service.broker.consume({
    queue: queues.agentAssigned,
    deadQueue: deadQueue(queues.agentAssigned),
    prefetch: orderCount,
    parse: bySchema(agentAssignedMessage),
    handle: async ({ order_id }: AgentAssignedMessage) => {
      told.push(order_id);
      await deliver(order_id).catch((err: unknown) => failures.push(err));
    },
  });
  const order = async (): Promise<void> => {
    const order_id = randomUUID();
    const reply = assignAgentReply.parse(await service.assign(order_id));
    if (reply.outcome === 'assigned') await deliver(order_id);
    else expect(reply).toEqual({ outcome: 'queued' });
  };
  const announce = createAnnounce<AgentAssignedMessage>(
    service.broker,
    queues.agentAssigned,
    createLog('test', 'silent'),
  );
  const join = async (): Promise<void> => announce((await addAgent(service.db, anAgent())).matches);

  await withAgents(service.db, ...Array.from({ length: agentsAtFirst }, (_, i) => `agent ${i}`));
  await Promise.all([...Array.from({ length: orderCount }, order), ...Array.from({ length: agentsAdded }, join)]);
  const delivered = () => service.db.assignment.count({ where: { status: 'DELIVERED' } });
  await until('all delivered', async () => (await delivered()) === orderCount, 15_000);

  expect(failures).toEqual([]);
  expect(await service.db.agent.count({ where: { agentStatus: 'AVAILABLE' } })).toBe(agentsAtFirst + agentsAdded);
  expect(await overlaps()).toBe(0);
  expect(await overtakings(told)).toBe(0);
  expect(new Set(told).size).toBe(told.length);
});

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
