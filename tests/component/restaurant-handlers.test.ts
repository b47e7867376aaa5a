/** The restaurant worker's handlers on a real database: repeated, reordered and concurrent decisions and ratings. */
import { randomUUID } from 'node:crypto';
import type { ChangeOrderMessage } from '../../contracts/messages';
import { aChange, anOrderOf, aPart, restaurantHandlers, withRestaurant, type Kitchen } from '../fixtures/restaurant';
import { anOrder } from '../fixtures/orders';

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

describe('a decision', () => {
  const moves: [ChangeOrderMessage['status'][], ChangeOrderMessage['status'], object][] = [
    [[], 'CONFIRMED', { outcome: 'changed' }],
    [[], 'CANCELLED', { outcome: 'changed' }],
    [['CONFIRMED'], 'CONFIRMED', { outcome: 'unchanged' }],
    [['CONFIRMED'], 'CANCELLED', { outcome: 'changed' }],
    [['CANCELLED'], 'CANCELLED', { outcome: 'unchanged' }],
    [['CANCELLED'], 'CONFIRMED', { outcome: 'refused', status: 'CANCELLED' }],
  ];
  test.each(moves)('after %j, to %s, returns %j and changes the group and its orders', async (before, to, answer) => {
    const other = await withRestaurant(service.db);
    const order = await service.placed(kitchen, { restaurants: [aPart(kitchen, 1), aPart(other, 1)] });
    for (const status of before) await service.change(aChange(order, status));

    expect(await service.change(aChange(order, to))).toMatchObject(answer);
    const status = before[0] === 'CANCELLED' ? 'CANCELLED' : to;
    expect(await service.stored(order)).toMatchObject({ status, orders: [{ status }, { status }] });
  });

  test('keeps the reason of the first cancellation', async () => {
    const order = await service.placed(kitchen);
    await service.change(aChange(order, 'CANCELLED', 'no gas'));
    await service.change(aChange(order, 'CANCELLED', 'late repeat'));
    expect(await service.stored(order)).toMatchObject({ reason: 'no gas' });
  });

  test('to confirm an order that does not exist is refused', async () => {
    expect(await service.change(aChange(anOrder(), 'CONFIRMED'))).toEqual({ outcome: 'refused', status: null });
    expect(await service.db.orderGroup.count()).toBe(0);
  });

  test('to cancel before the placement leaves a tombstone, and the placement does nothing', async () => {
    const order = anOrderOf(aPart(kitchen, 1));
    expect(await service.change(aChange(order, 'CANCELLED', 'gone'))).toEqual({ outcome: 'changed' });
    expect(await service.change(aChange(order, 'CANCELLED'))).toEqual({
      outcome: 'unchanged',
      total: null,
      from: 'CANCELLED',
    });

    expect(await service.place(order)).toEqual({ outcome: 'settled', status: 'CANCELLED', total: null });
    expect(await service.stored(order)).toMatchObject({ status: 'CANCELLED', total: null, reason: 'gone', orders: [] });
  });

  test('to cancel concurrently with the placement leaves nothing pending, in either order', async () => {
    const orders = Array.from({ length: 20 }, () => anOrderOf(aPart(kitchen, 1)));
    await Promise.all(orders.flatMap((order) => [service.place(order), service.change(aChange(order, 'CANCELLED'))]));
    for (const order of orders) {
      const { status, orders: parts } = await service.stored(order);
      expect([status, ...parts.map((part) => part.status)]).not.toContain('PENDING');
    }
  });
});

describe('a rating', () => {
  const rate = (order_id: string, order_rating: number) => service.rate({ order_id, order_rating, agent_rating: 1 });
  const ratingOf = ({ id }: Kitchen) =>
    service.db.restaurant.findUniqueOrThrow({
      where: { id },
      select: { rating: true, ratingSum: true, ratingCount: true },
    });

  test('counts in the mean of each restaurant of the order', async () => {
    const other = await withRestaurant(service.db);
    const both = await service.placed(kitchen, { restaurants: [aPart(kitchen, 1), aPart(other, 1)] });
    const one = await service.placed(kitchen);
    await rate(both.order_id, 5);
    await rate(one.order_id, 2.5);

    expect(await ratingOf(kitchen)).toEqual({ rating: 3.75, ratingSum: 7.5, ratingCount: 2 });
    expect(await ratingOf(other)).toEqual({ rating: 5, ratingSum: 5, ratingCount: 1 });
  });

  test('counts once, even if a repeat differs', async () => {
    const { order_id } = await service.placed(kitchen);
    await Promise.all([4, 4, 4].map((rating) => rate(order_id, rating)));
    await rate(order_id, 1);
    expect(await ratingOf(kitchen)).toEqual({ rating: 4, ratingSum: 4, ratingCount: 1 });
  });

  test('does not count for a cancelled part', async () => {
    const order = await service.placed(kitchen);
    await service.change(aChange(order, 'CANCELLED'));
    await rate(order.order_id, 1);
    expect(await ratingOf(kitchen)).toEqual({ rating: null, ratingSum: 0, ratingCount: 0 });
  });

  test('counts in full when many orders of the same two restaurants are rated concurrently', async () => {
    const other = await withRestaurant(service.db);
    const parts = [aPart(kitchen, 1), aPart(other, 1)];
    const orders = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        service.placed(kitchen, { restaurants: i % 2 === 0 ? parts : [...parts].reverse() }),
      ),
    );
    await Promise.all(orders.map(({ order_id }) => rate(order_id, 3)));
    for (const restaurant of [kitchen, other]) {
      expect(await ratingOf(restaurant)).toEqual({ rating: 3, ratingSum: 60, ratingCount: 20 });
    }
  });

  test('of an unknown order fails permanently', async () => {
    await expect(rate(randomUUID(), 3)).rejects.toMatchObject({ code: 'UNKNOWN_ORDER', retryable: false });
  });
});
