/** The delivery worker's replies over a real broker and database: to repeated and reordered requests, at every stage. */
import { randomUUID } from 'node:crypto';
import { queues } from '../../contracts/names';
import type { DeliveryMove } from '../../contracts/states';
import { deliveryWorkers, withAgents } from '../fixtures/delivery';

let service: Awaited<ReturnType<typeof deliveryWorkers>>;

beforeAll(async () => {
  service = await deliveryWorkers(1);
});
afterAll(() => service.close());
beforeEach(() => service.clear());

describe('an order that requests an agent', () => {
  test('gets the longest-idle one, and the same one for a repeated request at any stage', async () => {
    const [agent_id] = await withAgents(service.db, 'Asha', 'Bela');
    const order = randomUUID();
    const assigned = { outcome: 'assigned', agent_id, agent_name: 'Asha' };

    expect(await service.assign(order)).toEqual({ ...assigned, status: 'PENDING' });
    expect(await service.assign(order)).toEqual({ ...assigned, status: 'PENDING' });
    await service.change(order, 'PICKED_UP');
    expect(await service.assign(order)).toEqual({ ...assigned, status: 'PICKED_UP' });
    await service.change(order, 'DELIVERED');
    expect(await service.assign(order)).toEqual({ outcome: 'closed', status: 'DELIVERED' });
  });

  test('twice at once gets one agent', async () => {
    await withAgents(service.db, 'Asha', 'Bela');
    const order = randomUUID();
    const [one, other] = await Promise.all([service.assign(order), service.assign(order)]);

    expect(one).toEqual(other);
    expect(await service.db.agent.count({ where: { agentStatus: 'BUSY' } })).toBe(1);
  });

  test('is queued while no agent is free, and notified when one is', async () => {
    const [agent_id] = await withAgents(service.db, 'Asha');
    const [first, second] = [randomUUID(), randomUUID()];
    await service.assign(first);

    expect(await service.assign(second)).toEqual({ outcome: 'queued' });
    expect(await service.assign(second)).toEqual({ outcome: 'queued' });
    expect(await service.change(first, 'CANCELLED')).toEqual({ outcome: 'changed' });

    const { body } = await service.outsider.next(queues.agentAssigned);
    expect(body).toEqual({ order_id: second, agent_id, agent_name: 'Asha' });
    expect(await service.assign(second)).toMatchObject({ outcome: 'assigned', agent_id });
  });

  test('after its cancellation gets none: compensation before its forward message', async () => {
    await withAgents(service.db, 'Asha');
    const order = randomUUID();

    expect(await service.change(order, 'CANCELLED')).toEqual({ outcome: 'changed' });
    expect(await service.change(order, 'CANCELLED')).toEqual({ outcome: 'unchanged' });
    expect(await service.assign(order)).toEqual({ outcome: 'closed', status: 'CANCELLED' });
    expect(await service.db.agent.count({ where: { agentStatus: 'AVAILABLE' } })).toBe(1);
  });
});

describe('a delivery', () => {
  async function aDeliveryAt(...moves: DeliveryMove[]): Promise<string> {
    await withAgents(service.db, 'Asha');
    const order = randomUUID();
    await service.assign(order);
    for (const status of moves) await service.change(order, status);
    return order;
  }

  const moves: [DeliveryMove[], DeliveryMove, object][] = [
    [[], 'PICKED_UP', { outcome: 'changed' }],
    [[], 'DELIVERED', { outcome: 'refused', status: 'PENDING' }],
    [[], 'CANCELLED', { outcome: 'changed' }],
    [['PICKED_UP'], 'PICKED_UP', { outcome: 'unchanged' }],
    [['PICKED_UP'], 'DELIVERED', { outcome: 'changed' }],
    [['PICKED_UP'], 'CANCELLED', { outcome: 'changed' }],
    [['PICKED_UP', 'DELIVERED'], 'PICKED_UP', { outcome: 'refused', status: 'DELIVERED' }],
    [['PICKED_UP', 'DELIVERED'], 'DELIVERED', { outcome: 'unchanged' }],
    [['PICKED_UP', 'DELIVERED'], 'CANCELLED', { outcome: 'refused', status: 'DELIVERED' }],
    [['CANCELLED'], 'PICKED_UP', { outcome: 'refused', status: 'CANCELLED' }],
    [['CANCELLED'], 'DELIVERED', { outcome: 'refused', status: 'CANCELLED' }],
    [['CANCELLED'], 'CANCELLED', { outcome: 'unchanged' }],
  ];
  test.each(moves)('after %j, a move to %s, replies %j', async (before, to, reply) => {
    expect(await service.change(await aDeliveryAt(...before), to)).toEqual(reply);
  });

  test("frees its agent once: a late repeat leaves the agent's next order alone", async () => {
    const order = await aDeliveryAt('PICKED_UP', 'DELIVERED');
    await service.assign(randomUUID());
    await service.change(order, 'DELIVERED');
    expect(await service.db.agent.findFirst()).toMatchObject({ agentStatus: 'BUSY' });
  });

  test.each(['PICKED_UP', 'DELIVERED'] as const)('of an unknown order cannot be moved to %s', async (status) => {
    expect(await service.change(randomUUID(), status)).toEqual({ outcome: 'refused', status: null });
    expect(await service.db.assignment.count()).toBe(0);
  });

  test.each(['PICKED_UP', 'DELIVERED'] as const)(
    'that still waits for an agent cannot be moved to %s',
    async (status) => {
      const order = randomUUID();
      await service.assign(order);
      expect(await service.change(order, status)).toEqual({ outcome: 'refused', status: null });
    },
  );
});
