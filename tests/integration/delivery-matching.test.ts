/** Matching at the moments that matter: each interleaving is forced by a transaction of the test that holds a lock. */
import { randomUUID } from 'node:crypto';
import { addAgent } from '../../prisma/delivery/agents';
import type { Transaction } from '../../prisma/delivery/client';
import { lockMatch } from '../../prisma/delivery/locks';
import { takeFreeAgent } from '../../prisma/delivery/matching';
import { anAgent, deliveryHandlers, withAgents } from '../fixtures/delivery';
import { until } from '../fixtures/until';

let service: Awaited<ReturnType<typeof deliveryHandlers>>;

beforeAll(async () => {
  service = await deliveryHandlers();
});
afterAll(() => service.close());
beforeEach(() => service.clear());

/** Resolves when so many transactions wait for a lock. */
const waiters = (count: number) =>
  until(
    `${count} transactions that wait`,
    async () => {
      const [row] = await service.db.$queryRaw<{ count: number }[]>`
        SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return row?.count === count;
    },
    4_000, // an interactive transaction lives for 5 s
  );

/** A transaction that does some work and stays open until it is told to commit or to roll back. */
async function openTransaction(work: (tx: Transaction) => Promise<unknown>) {
  let commit = (): void => undefined;
  let rollBack = (): void => undefined;
  const end = new Promise<void>((resolve, reject) => {
    commit = resolve;
    rollBack = () => reject(new Error('rolled back on purpose'));
  });
  let ended: Promise<void> = Promise.resolve();
  await new Promise<void>((worked, failed) => {
    ended = service.db.$transaction(async (tx) => {
      await work(tx);
      worked();
      await end;
    });
    ended.catch(failed);
  });
  return {
    commit: () => (commit(), ended),
    rollBack: () => (rollBack(), ended.catch(() => undefined)),
  };
}

/** An order on its way with the only agent there is. */
async function anOrderUnderWay(): Promise<{ order: string; agentId: string }> {
  const [agentId = ''] = await withAgents(service.db, 'Asha');
  const order = randomUUID();
  await service.assign(order);
  await service.change(order, 'PICKED_UP');
  return { order, agentId };
}

describe('an order that finds nobody free while an agent finds nobody waiting', () => {
  const interleavings = [
    ['the order looks first', ['assign', 'free']],
    ['the agent is freed first', ['free', 'assign']],
  ] as const;

  test.each(interleavings)('is matched with that agent when %s', async (_name, turns) => {
    const { order: first, agentId } = await anOrderUnderWay();
    const second = randomUUID();
    const match = await openTransaction(lockMatch);

    const actions = { assign: () => service.assign(second), free: () => service.change(first, 'DELIVERED') };
    const running: Promise<unknown>[] = [];
    for (const turn of turns) {
      running.push(actions[turn]());
      await waiters(running.length); // each has looked, found nothing, and stands before the match lock
    }
    await match.commit();
    await Promise.all(running);

    expect(await service.assign(second)).toMatchObject({ outcome: 'assigned', agent_id: agentId, status: 'PENDING' });
  });

  test('is matched with an agent who is added at that moment', async () => {
    const order = randomUUID();
    const match = await openTransaction(lockMatch);
    const asked = service.assign(order);
    await waiters(1);
    const added = addAgent(service.db, anAgent());
    await waiters(2);
    await match.commit();

    expect(await asked).toEqual({ outcome: 'queued' });
    const { id, matches } = await added;
    expect(matches).toEqual([{ order_id: order, agent_id: id, agent_name: 'Asha' }]);
  });
});

describe('an agent whom another order is about to take', () => {
  test('goes to the order that waits, when the other is rolled back', async () => {
    const [agentId] = await withAgents(service.db, 'Asha');
    const other = await openTransaction((tx) => takeFreeAgent(tx, randomUUID()));
    const asked = service.assign(randomUUID());
    await waiters(1);
    await other.rollBack();

    expect(await asked).toMatchObject({ outcome: 'assigned', agent_id: agentId });
  });

  test('goes to the order that waits after the other is delivered, when the other commits', async () => {
    const [agentId] = await withAgents(service.db, 'Asha');
    const [first, second] = [randomUUID(), randomUUID()];
    const other = await openTransaction((tx) => takeFreeAgent(tx, first));
    const asked = service.assign(second);
    await waiters(1);
    await other.commit();
    expect(await asked).toEqual({ outcome: 'queued' });

    await service.change(first, 'PICKED_UP');
    await service.change(first, 'DELIVERED');

    expect(service.announced).toEqual([{ order_id: second, agent_id: agentId, agent_name: 'Asha' }]);
  });

  test('is passed over by an order that can have the next one at once', async () => {
    const [, nextId] = await withAgents(service.db, 'Asha', 'Bela');
    const other = await openTransaction((tx) => takeFreeAgent(tx, randomUUID()));

    expect(await service.assign(randomUUID())).toMatchObject({ outcome: 'assigned', agent_id: nextId });
    await other.rollBack();
  });
});

test('a free agent whose rating is being counted is waited for, and found with the new rating', async () => {
  const [agentId = ''] = await withAgents(service.db, 'Asha');
  const rating = { rating: 4, ratingSum: 4, ratingCount: 1 };
  const counting = await openTransaction((tx) => tx.agent.update({ where: { id: agentId }, data: rating }));
  const asked = service.assign(randomUUID());
  await waiters(1);
  await counting.commit();

  expect(await asked).toMatchObject({ outcome: 'assigned', agent_id: agentId });
  expect(await service.db.agent.findUnique({ where: { id: agentId } })).toMatchObject({
    ...rating,
    agentStatus: 'BUSY',
  });
});

test('orders wait in the order in which they came, and the longest-idle agent goes first', async () => {
  const orders = [randomUUID(), randomUUID(), randomUUID()];
  for (const order of orders) expect(await service.assign(order)).toEqual({ outcome: 'queued' });
  const first = await addAgent(service.db, anAgent());
  const second = await addAgent(service.db, anAgent());
  expect([...first.matches, ...second.matches].map((match) => match.order_id)).toEqual(orders.slice(0, 2));

  await service.change(orders[2] ?? '', 'CANCELLED'); // a waiting one may be cancelled: nobody is freed
  await service.change(orders[1] ?? '', 'CANCELLED');
  await service.change(orders[0] ?? '', 'CANCELLED');
  expect(service.announced).toEqual([]);
  expect(await service.assign(randomUUID())).toMatchObject({ outcome: 'assigned', agent_id: second.id });
  expect(await service.assign(randomUUID())).toMatchObject({ outcome: 'assigned', agent_id: first.id });
});

test('a new order does not overtake one that waits, even if an agent has become free unseen', async () => {
  const [older, newer] = [randomUUID(), randomUUID()];
  await service.assign(older);
  await service.db.agent.create({ data: anAgent() }); // by hand, with no match: as an old program would

  expect(await service.assign(newer)).toEqual({ outcome: 'queued' });
  expect(service.announced).toMatchObject([{ order_id: older }]);
});
