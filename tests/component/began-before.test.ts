/**
 * Handlers that start while another transaction holds the order's lock, so before that transaction's row is visible. They must act on what they
 * find under the lock, not on what they read before.
 */
import { randomUUID } from 'node:crypto';
import { leaveTombstone as leaveDeliveryTombstone } from '../../prisma/delivery/assignments';
import { takeFreeAgent } from '../../prisma/delivery/matching';
import { leaveTombstone } from '../../prisma/restaurant/decisions';
import { lockOrder } from '../../prisma/order-lock';
import { storeOrder } from '../../prisma/restaurant/placement';
import { deliveryHandlers, withAgents } from '../fixtures/delivery';
import { aChange, anOrderOf, aPart, restaurantHandlers, withRestaurant, type Kitchen } from '../fixtures/restaurant';
import { anOpenTransaction, untilBlocked } from '../fixtures/transactions';

type Held = Awaited<ReturnType<typeof anOpenTransaction>>;

/** Starts the second while the first is open, and commits the first once the second waits for its lock. */
async function commitBefore<T>(
  db: Parameters<typeof untilBlocked>[0],
  first: Held,
  second: () => Promise<T>,
): Promise<T> {
  const running = second();
  await untilBlocked(db, 1);
  await first.commit();
  return running;
}

describe('at the delivery side', () => {
  let service: Awaited<ReturnType<typeof deliveryHandlers>>;
  beforeAll(async () => {
    service = await deliveryHandlers();
  });
  afterAll(() => service.close());
  beforeEach(() => service.clear());

  /** Has assigned an agent to the order, and is about to commit. */
  const assigning = (order: string) =>
    anOpenTransaction(service.db, async (tx) => expect(await takeFreeAgent(tx, order)).toBeDefined());
  /** Has cancelled an unknown order: its tombstone is stored and about to be committed. */
  const leavingTombstone = (order: string) =>
    anOpenTransaction(service.db, async (tx) => {
      await lockOrder(tx, order);
      await leaveDeliveryTombstone(tx, order);
    });
  const freeAgents = () => service.db.agent.count({ where: { agentStatus: 'AVAILABLE' } });

  const behind = <T>(first: Held, second: () => Promise<T>) => commitBefore(service.db, first, second);

  test('a repeated request for an agent gets the same agent and takes no second one', async () => {
    const order = randomUUID();
    const [asha] = await withAgents(service.db, 'Asha', 'Bela');
    const reply = await behind(await assigning(order), () => service.assign(order));
    expect(reply).toMatchObject({ outcome: 'assigned', agent_id: asha });
    expect(await freeAgents()).toBe(1);
  });

  test('a request for an agent that waits behind its own undo gets none', async () => {
    const order = randomUUID();
    await withAgents(service.db, 'Asha');
    expect(await behind(await leavingTombstone(order), () => service.assign(order))).toEqual({
      outcome: 'closed',
      status: 'CANCELLED',
    });
    expect(await freeAgents()).toBe(1);
  });

  test.each(['PICKED_UP', 'CANCELLED'] as const)(
    'a move to %s that waits behind the assignment succeeds',
    async (status) => {
      const order = randomUUID();
      await withAgents(service.db, 'Asha');
      expect(await behind(await assigning(order), () => service.change(order, status))).toEqual({ outcome: 'changed' });
      expect(await service.db.assignment.findUnique({ where: { orderId: order } })).toMatchObject({ status });
      expect(await freeAgents()).toBe(status === 'CANCELLED' ? 1 : 0);
    },
  );

  test('a hand-back that waits behind the assignment succeeds', async () => {
    const order = randomUUID();
    const [asha = ''] = await withAgents(service.db, 'Asha');
    expect(await behind(await assigning(order), () => service.decline(order, asha))).toEqual({ outcome: 'changed' });
    expect(await freeAgents()).toBe(1);
  });
});

describe('at the restaurant side', () => {
  let service: Awaited<ReturnType<typeof restaurantHandlers>>;
  let kitchen: Kitchen;
  beforeAll(async () => {
    service = await restaurantHandlers();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    await service.clear();
    kitchen = await withRestaurant(service.db);
  });

  const anOrderHere = () => anOrderOf(aPart(kitchen, 1));
  type Order = ReturnType<typeof anOrderHere>;
  /** Has stored the order, and is about to commit. */
  const placing = (order: Order) =>
    anOpenTransaction(service.db, async (tx) => {
      await lockOrder(tx, order.order_id);
      const soup = { name: 'Lentil soup', type: 'VEG' as const, price: '4.50' };
      const items = [{ menu_item_id: kitchen.items[0] ?? '', quantity: 1, ...soup }];
      const parts = [{ restaurant_id: kitchen.id, name: 'Spice Garden', total: '4.50', items }];
      expect(await storeOrder(tx, order, { total: '4.50', restaurants: parts })).toBe(true);
    });
  const leavingTombstone = (order: Order) =>
    anOpenTransaction(service.db, async (tx) => {
      await lockOrder(tx, order.order_id);
      await leaveTombstone(tx, { ...order, status: 'CANCELLED', reason: 'gone' });
    });

  const behind = <T>(first: Held, second: () => Promise<T>) => commitBefore(service.db, first, second);

  test('a repeated placement returns the first total after a change of the menu', async () => {
    const order = anOrderHere();
    const first = await placing(order);
    await service.db.menuItem.updateMany({ data: { price: '9.00' } });
    expect(await behind(first, () => service.place(order))).toEqual({ outcome: 'created', total: '4.50' });
    expect(await service.stored(order)).toMatchObject({ orders: [{ items: [{ quantity: 1 }] }] });
  });

  test('a repeated placement returns the first total even if the restaurant has gone OFFLINE since', async () => {
    const order = anOrderHere();
    const first = await placing(order);
    await service.db.restaurant.updateMany({ data: { status: 'OFFLINE' } });
    expect(await behind(first, () => service.place(order))).toEqual({ outcome: 'created', total: '4.50' });
  });

  test('a placement that waits behind its own undo stores nothing', async () => {
    const order = anOrderHere();
    expect(await behind(await leavingTombstone(order), () => service.place(order))).toEqual({
      outcome: 'settled',
      status: 'CANCELLED',
      total: null,
    });
    expect(await service.stored(order)).toMatchObject({ status: 'CANCELLED', orders: [] });
  });

  test.each(['CONFIRMED', 'CANCELLED'] as const)(
    'a decision %s that waits behind the placement succeeds',
    async (status) => {
      const order = anOrderHere();
      expect(await behind(await placing(order), () => service.change(aChange(order, status)))).toEqual({
        outcome: 'changed',
        total: '4.50',
        from: 'PENDING',
      });
      expect(await service.stored(order)).toMatchObject({ status, orders: [{ status }] });
    },
  );
});
