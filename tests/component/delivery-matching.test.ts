/** Matching under races: a transaction of the test that holds a lock forces each interleaving. */
import { randomUUID } from 'node:crypto';
import { addAgent } from '../../prisma/delivery/agents';
import { endDelivery } from '../../prisma/delivery/assignments';
import type { Transaction } from '../../prisma/delivery/client';
import { lockMatch } from '../../prisma/delivery/locks';
import { lockOrder } from '../../prisma/order-lock';
import { enqueue, matchWaiting, takeFreeAgent } from '../../prisma/delivery/matching';
import { anAgent, deliveryHandlers, withAgents } from '../fixtures/delivery';
import { anOpenTransaction, untilBlocked, untilBlockedOrDone } from '../fixtures/transactions';

let service: Awaited<ReturnType<typeof deliveryHandlers>>;

beforeAll(async () => {
  service = await deliveryHandlers();
});
afterAll(() => service.close());
beforeEach(() => service.clear());

const blocked = (count: number) => untilBlocked(service.db, count);
const blockedOrDone = (work: Promise<unknown>) => untilBlockedOrDone(service.db, work);
const openTransaction = (work: (tx: Transaction) => Promise<unknown>) => anOpenTransaction(service.db, work);

/** A picked-up order, with the only agent. */
async function aPickedUpOrder(): Promise<{ order: string; agentId: string }> {
  const [agentId = ''] = await withAgents(service.db, 'Asha');
  const order = randomUUID();
  await service.assign(order);
  await service.change(order, 'PICKED_UP');
  return { order, agentId };
}

describe('an order that finds no free agent while an agent finds no waiting order', () => {
  /** Has found no free agent under the match lock, and is about to commit. */
  const joiningTheQueue = (order: string) =>
    openTransaction(async (tx) => {
      await lockMatch(tx);
      await enqueue(tx, order);
      expect(await matchWaiting(tx)).toEqual([]);
    });

  test('is matched with that agent, who is freed while the order joins the queue', async () => {
    const { order: first, agentId } = await aPickedUpOrder();
    const second = randomUUID();
    const joining = await joiningTheQueue(second);
    const freed = service.change(first, 'DELIVERED');
    await blockedOrDone(freed);
    await joining.commit();
    await freed;

    expect(service.announced).toEqual([{ order_id: second, agent_id: agentId, agent_name: 'Asha' }]);
  });

  test('is matched with that agent, who is added while the order joins the queue', async () => {
    const order = randomUUID();
    const joining = await joiningTheQueue(order);
    const added = addAgent(service.db, anAgent());
    await blockedOrDone(added);
    await joining.commit();

    const { id, matches } = await added;
    expect(matches).toEqual([{ order_id: order, agent_id: id, agent_name: 'Asha' }]);
  });

  test('is matched with that agent, who is about to be free when the order requests one', async () => {
    const { order: first, agentId } = await aPickedUpOrder();
    const freeing = await openTransaction(async (tx) => {
      await lockOrder(tx, first);
      await lockMatch(tx);
      expect(await endDelivery(tx, first, 'DELIVERED')).toBe(true);
      expect(await matchWaiting(tx)).toEqual([]);
    });
    const asked = service.assign(randomUUID());
    await blockedOrDone(asked);
    await freeing.commit();

    expect(await asked).toMatchObject({ outcome: 'assigned', agent_id: agentId });
  });

  test.each([
    ['the order is first', ['assign', 'free']],
    ['the agent is first', ['free', 'assign']],
  ] as const)('is matched with that agent when both stand before the match lock, and %s', async (_name, turns) => {
    const { order: first, agentId } = await aPickedUpOrder();
    const second = randomUUID();
    const match = await openTransaction(lockMatch);

    const actions = { assign: () => service.assign(second), free: () => service.change(first, 'DELIVERED') };
    const running: Promise<unknown>[] = [];
    for (const turn of turns) {
      running.push(actions[turn]());
      await blocked(running.length);
    }
    await match.commit();
    const answers = await Promise.all(running);

    const notified = [answers[turns.indexOf('assign')], ...service.announced];
    expect(notified).toContainEqual(expect.objectContaining({ agent_id: agentId }));
  });
});

describe('an agent whom another order is about to get', () => {
  test('goes to the waiting order when the other is rolled back', async () => {
    const [agentId] = await withAgents(service.db, 'Asha');
    const other = await openTransaction((tx) => takeFreeAgent(tx, randomUUID()));
    const asked = service.assign(randomUUID());
    await blocked(1);
    await other.rollBack();

    expect(await asked).toMatchObject({ outcome: 'assigned', agent_id: agentId });
  });

  test("goes to the waiting order after the other's delivery when the other commits", async () => {
    const [agentId] = await withAgents(service.db, 'Asha');
    const [first, second] = [randomUUID(), randomUUID()];
    const other = await openTransaction((tx) => takeFreeAgent(tx, first));
    const asked = service.assign(second);
    await blocked(1);
    await other.commit();
    expect(await asked).toEqual({ outcome: 'queued' });

    await service.change(first, 'PICKED_UP');
    await service.change(first, 'DELIVERED');

    expect(service.announced).toEqual([{ order_id: second, agent_id: agentId, agent_name: 'Asha' }]);
  });

  test('is skipped by an order that can get the next agent at once', async () => {
    const [, nextId] = await withAgents(service.db, 'Asha', 'Bela');
    const other = await openTransaction((tx) => takeFreeAgent(tx, randomUUID()));

    expect(await service.assign(randomUUID())).toMatchObject({ outcome: 'assigned', agent_id: nextId });
    await other.rollBack();
  });
});

test('an order waits for a free agent whose rating is being updated, and sees the new rating', async () => {
  const [agentId = ''] = await withAgents(service.db, 'Asha');
  const rating = { rating: 4, ratingSum: 4, ratingCount: 1 };
  const counting = await openTransaction((tx) => tx.agent.update({ where: { id: agentId }, data: rating }));
  const asked = service.assign(randomUUID());
  await blocked(1);
  await counting.commit();

  expect(await asked).toMatchObject({ outcome: 'assigned', agent_id: agentId });
  expect(await service.db.agent.findUnique({ where: { id: agentId } })).toMatchObject({
    ...rating,
    agentStatus: 'BUSY',
  });
});

test('the oldest waiting order gets the longest-idle agent', async () => {
  const orders = [randomUUID(), randomUUID(), randomUUID()];
  for (const order of orders) expect(await service.assign(order)).toEqual({ outcome: 'queued' });
  const first = await addAgent(service.db, anAgent());
  const second = await addAgent(service.db, anAgent());
  expect([...first.matches, ...second.matches].map((match) => match.order_id)).toEqual(orders.slice(0, 2));

  await service.change(orders[2] ?? '', 'CANCELLED'); // cancelling a waiting order frees no agent
  await service.change(orders[1] ?? '', 'CANCELLED');
  await service.change(orders[0] ?? '', 'CANCELLED');
  expect(service.announced).toEqual([]);
  expect(await service.assign(randomUUID())).toMatchObject({ outcome: 'assigned', agent_id: second.id });
  expect(await service.assign(randomUUID())).toMatchObject({ outcome: 'assigned', agent_id: first.id });
});

test('a new order does not overtake a waiting one, even if an agent became free unnoticed', async () => {
  const [older, newer] = [randomUUID(), randomUUID()];
  await service.assign(older);
  await service.db.agent.create({ data: anAgent() }); // inserted without matching, as an old program does

  expect(await service.assign(newer)).toEqual({ outcome: 'queued' });
  expect(service.announced).toMatchObject([{ order_id: older }]);
});
