/**
 * Statements that take the order's lock themselves: each begins while another transaction holds the lock, and so before the row is there that
 * this one leaves. It must not act on what it has seen, but on what it finds when it has the lock.
 */
import { randomUUID } from 'node:crypto';
import { leaveTombstone as leaveDeliveryTombstone } from '../../prisma/delivery/assignments';
import { takeFreeAgent } from '../../prisma/delivery/matching';
import { leaveTombstone } from '../../prisma/restaurant/decisions';
import { lockOrder } from '../../prisma/order-lock';
import { storeOrder } from '../../prisma/restaurant/placement';
import { deliveryHandlers, withAgents } from '../fixtures/delivery';
import { aChange, anOrderOf, asked, restaurantHandlers, withRestaurant, type Kitchen } from '../fixtures/restaurant';
import { anOpenTransaction, someWait } from '../fixtures/transactions';

type Held = Awaited<ReturnType<typeof anOpenTransaction>>;

/** Begins the second while the first stands, and lets the first commit once the second waits for it. */
async function commitBefore<T>(db: Parameters<typeof someWait>[0], first: Held, second: () => Promise<T>): Promise<T> {
  const running = second();
  await someWait(db, 1);
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

  /** Has given the order its agent, and is about to commit. */
  const assigning = (order: string) =>
    anOpenTransaction(service.db, async (tx) => expect(await takeFreeAgent(tx, order)).toBeDefined());
  /** Has found that the order is unknown, and leaves the tombstone of its undo. */
  const burying = (order: string) =>
    anOpenTransaction(service.db, async (tx) => {
      await lockOrder(tx, order);
      await leaveDeliveryTombstone(tx, order);
    });
  const freeAgents = () => service.db.agent.count({ where: { agentStatus: 'AVAILABLE' } });

  const behind = <T>(first: Held, second: () => Promise<T>) => commitBefore(service.db, first, second);

  test('a repeated request for an agent gets the same agent, and takes no second one', async () => {
    const order = randomUUID();
    const [asha] = await withAgents(service.db, 'Asha', 'Bela');
    const reply = await behind(await assigning(order), () => service.assign(order));
    expect(reply).toMatchObject({ outcome: 'assigned', agent_id: asha });
    expect(await freeAgents()).toBe(1);
  });

  test('a request for an agent behind its own undo gets none', async () => {
    const order = randomUUID();
    await withAgents(service.db, 'Asha');
    expect(await behind(await burying(order), () => service.assign(order))).toEqual({
      outcome: 'closed',
      status: 'CANCELLED',
    });
    expect(await freeAgents()).toBe(1);
  });

  test.each(['PICKED_UP', 'CANCELLED'] as const)('%s behind the assignment is done', async (status) => {
    const order = randomUUID();
    await withAgents(service.db, 'Asha');
    expect(await behind(await assigning(order), () => service.change(order, status))).toEqual({ outcome: 'changed' });
    expect(await service.db.assignment.findUnique({ where: { orderId: order } })).toMatchObject({ status });
    expect(await freeAgents()).toBe(status === 'CANCELLED' ? 1 : 0);
  });

  test('a job is handed back behind its assignment', async () => {
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

  const anOrderHere = () => anOrderOf(asked(kitchen, 1));
  type Order = ReturnType<typeof anOrderHere>;
  /** Has stored the order, and is about to commit. */
  const placing = (order: Order) =>
    anOpenTransaction(service.db, async (tx) => {
      await lockOrder(tx, order.order_id);
      const items = [{ menu_item_id: kitchen.items[0] ?? '', quantity: 1, price: '4.50' }];
      const parts = [{ restaurant_id: kitchen.id, total: '4.50', items }];
      expect(await storeOrder(tx, order, { total: '4.50', restaurants: parts })).toBe(true);
    });
  const burying = (order: Order) =>
    anOpenTransaction(service.db, async (tx) => {
      await lockOrder(tx, order.order_id);
      await leaveTombstone(tx, { ...order, status: 'CANCELLED', reason: 'gone' });
    });

  const behind = <T>(first: Held, second: () => Promise<T>) => commitBefore(service.db, first, second);

  test('a repeated placement is answered with the first total, whatever the menu says by then', async () => {
    const order = anOrderHere();
    const first = await placing(order);
    await service.db.menuItem.updateMany({ data: { price: '9.00' } });
    expect(await behind(first, () => service.place(order))).toEqual({ outcome: 'created', total: '4.50' });
    expect(await service.stored(order)).toMatchObject({ orders: [{ items: [{ quantity: 1 }] }] });
  });

  test('a repeated placement that the menu would refuse by then is answered with the first total', async () => {
    const order = anOrderHere();
    const first = await placing(order);
    await service.db.restaurant.updateMany({ data: { status: 'OFFLINE' } });
    expect(await behind(first, () => service.place(order))).toEqual({ outcome: 'created', total: '4.50' });
  });

  test('a placement behind its own undo stores nothing', async () => {
    const order = anOrderHere();
    expect(await behind(await burying(order), () => service.place(order))).toEqual({
      outcome: 'settled',
      status: 'CANCELLED',
      total: null,
    });
    expect(await service.stored(order)).toMatchObject({ status: 'CANCELLED', orders: [] });
  });

  test.each(['CONFIRMED', 'CANCELLED'] as const)('%s behind the placement is done', async (status) => {
    const order = anOrderHere();
    expect(await behind(await placing(order), () => service.change(aChange(order, status)))).toEqual({
      outcome: 'changed',
      total: '4.50',
      from: 'PENDING',
    });
    expect(await service.stored(order)).toMatchObject({ status, orders: [{ status }] });
  });
});
