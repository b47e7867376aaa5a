/** Jobs that their agents hand back before pick-up, and the agents who get them next. */
import { randomUUID } from 'node:crypto';
import { queues } from '../../contracts/names';
import { deliveryWorkers, withAgents } from '../fixtures/delivery';

let service: Awaited<ReturnType<typeof deliveryWorkers>>;
beforeAll(async () => {
  service = await deliveryWorkers(2);
});
afterAll(() => service.close());
beforeEach(() => service.clear());

const decline = (order_id: string, agent_id: string | undefined) =>
  service.ask(queues.updateDeliveryStatus, { order_id, status: 'DECLINED', agent_id });
const statusOf = async (id: string | undefined) =>
  (await service.db.agent.findUniqueOrThrow({ where: { id: id ?? '' } })).agentStatus;

describe('a job that is handed back', () => {
  test('goes to another agent at once and frees the first', async () => {
    const [asha, bela] = await withAgents(service.db, 'Asha', 'Bela');
    const order = randomUUID();
    expect(await service.assign(order)).toMatchObject({ agent_id: asha });
    expect(await decline(order, asha)).toEqual({ outcome: 'changed' });
    expect(await service.assign(order)).toMatchObject({ outcome: 'assigned', agent_id: bela });
    expect(await statusOf(asha)).toBe('AVAILABLE');
  });

  test('waits for another agent, and is not offered again to the one who declined it', async () => {
    const [asha] = await withAgents(service.db, 'Asha');
    const order = randomUUID();
    await service.assign(order);
    await decline(order, asha);
    expect(await service.assign(order)).toEqual({ outcome: 'queued' });
    const [bela] = await withAgents(service.db, 'Bela');
    expect(await service.assign(order)).toMatchObject({ outcome: 'assigned', agent_id: bela });
  });

  test('keeps its place in the queue without blocking orders that can be served', async () => {
    const [asha] = await withAgents(service.db, 'Asha');
    const [declined, other] = [randomUUID(), randomUUID()];
    await service.assign(declined);
    expect(await service.assign(other)).toEqual({ outcome: 'queued' });
    await decline(declined, asha); // Asha is free, but only for the other order
    expect(await service.assign(other)).toMatchObject({ outcome: 'assigned', agent_id: asha });
    const [bela] = await withAgents(service.db, 'Bela');
    expect(await service.assign(declined)).toMatchObject({ outcome: 'assigned', agent_id: bela });
  });

  test('twice, by the same agent, is one hand-back: the next agent keeps it', async () => {
    const [asha, bela] = await withAgents(service.db, 'Asha', 'Bela');
    const order = randomUUID();
    await service.assign(order);
    await decline(order, asha);
    expect(await decline(order, asha)).toEqual({ outcome: 'unchanged' });
    expect(await service.assign(order)).toMatchObject({ agent_id: bela });
    expect(await statusOf(bela)).toBe('BUSY');
  });

  test('by another agent, or after pick-up, is refused', async () => {
    const [asha, bela] = await withAgents(service.db, 'Asha', 'Bela');
    const order = randomUUID();
    await service.assign(order);
    expect(await decline(order, bela)).toEqual({ outcome: 'refused', status: 'PENDING' });
    await service.change(order, 'PICKED_UP');
    expect(await decline(order, asha)).toEqual({ outcome: 'refused', status: 'PICKED_UP' });
    expect(await decline(randomUUID(), asha)).toEqual({ outcome: 'refused', status: null });
  });

  test('while its order is cancelled frees its agent once', async () => {
    const [asha] = await withAgents(service.db, 'Asha');
    const order = randomUUID();
    await service.assign(order);
    await Promise.all([decline(order, asha), service.change(order, 'CANCELLED')]);
    expect(await statusOf(asha)).toBe('AVAILABLE');
    expect(await service.assign(order)).toEqual({ outcome: 'closed', status: 'CANCELLED' });
  });
});
