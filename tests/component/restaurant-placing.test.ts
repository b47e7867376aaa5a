/** Placements on a real database: stored orders, unavailable restaurants and items, opening hours. */
import { randomUUID } from 'node:crypto';
import type { PlaceOrderMessage } from '../../contracts/messages';
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

describe('an order that is placed', () => {
  test("is stored at the menu's prices, one order per restaurant, with repeated items merged", async () => {
    const other = await withRestaurant(service.db, { menu: [{ name: 'Tea', price: 0.1, type: 'VEG' }] });
    const order = anOrderOf(aPart(kitchen, 1, 1), aPart(other, 3), aPart(kitchen, 1));

    expect(await service.place(order)).toEqual({ outcome: 'created', total: '21.30' });
    const group = await service.stored(order);
    expect(group).toMatchObject({ userId: order.user_id, status: 'PENDING', placedAt: new Date(order.placed_at) });
    expect(group.total?.toFixed(2)).toBe('21.30');
    const part = group.orders.find(({ restaurantId }) => restaurantId === kitchen.id);
    expect(part?.total.toFixed(2)).toBe('21.00');
    expect(part?.items.map(({ menuItemId, quantity, price }) => [menuItemId, quantity, price.toNumber()])).toEqual([
      [kitchen.items[0], 2, 4.5],
      [kitchen.items[1], 1, 12],
    ]);
    expect(group.orders).toHaveLength(2);
  });

  test('twice is stored once, at the first price even after a change of the menu', async () => {
    const order = anOrderOf(aPart(kitchen, 2));
    const first = await service.place(order);
    await service.db.menuItem.updateMany({ data: { price: 99, deletedAt: new Date() } });

    expect(await service.place(order)).toEqual(first);
    expect(await service.db.orderItem.count()).toBe(1);
  });

  test('eight times concurrently is stored once', async () => {
    const order = anOrderOf(aPart(kitchen, 1, 2));
    const answers = await Promise.all(Array.from({ length: 8 }, () => service.place(order)));

    for (const answer of answers) expect(answer).toEqual({ outcome: 'created', total: '28.50' });
    expect(await service.db.order.count()).toBe(1);
  });

  test.each(['CONFIRMED', 'CANCELLED'] as const)(
    'again after it was %s is settled and stays unchanged',
    async (status) => {
      const order = await service.placed(kitchen);
      await service.change(aChange(order, status));

      expect(await service.place(order)).toMatchObject({ outcome: 'settled', status });
      expect(await service.stored(order)).toMatchObject({ status, orders: [{ status }] });
    },
  );
});

describe('an unavailable order', () => {
  const at = (time: string) => ({ placed_at: `2026-03-01T${time}Z` });
  const rejections: [string, () => Promise<PlaceOrderMessage>, RegExp][] = [
    ['an unknown restaurant', async () => anOrder(), /restaurant \S+ does not exist/],
    [
      'an OFFLINE restaurant',
      async () => {
        await service.db.restaurant.updateMany({ data: { status: 'OFFLINE' } });
        return anOrderOf(aPart(kitchen, 1));
      },
      /"Spice Garden [^"]+" \(\S+\) is offline/,
    ],
    [
      'a closed restaurant',
      async () => {
        const closed = await withRestaurant(service.db, { opening_time: '09:00:00', closing_time: '17:00:00' });
        return anOrder({ restaurants: [aPart(closed, 1)], ...at('18:00:00') });
      },
      /is closed at 18:00 UTC/,
    ],
    [
      'an unknown item',
      async () => anOrderOf({ ...aPart(kitchen, 1), items: [{ menu_item_id: randomUUID(), quantity: 1 }] }),
      /has no menu item/,
    ],
    [
      "another restaurant's item",
      async () => {
        const other = await withRestaurant(service.db);
        return anOrderOf(aPart({ ...kitchen, items: other.items }, 1), aPart(other, 1));
      },
      /has no menu item/,
    ],
    [
      'an item that is off the menu',
      async () => {
        await service.db.menuItem.updateMany({ data: { deletedAt: new Date() } });
        return anOrderOf(aPart(kitchen, 1));
      },
      /has no menu item/,
    ],
    [
      'more than a total can hold',
      async () => {
        const dear = await withRestaurant(service.db, {
          menu: [{ name: 'Truffle', price: 99_999_999.99, type: 'VEG' }],
        });
        return anOrderOf(aPart(dear, 2));
      },
      /total of 199999999\.98/,
    ],
  ];
  test.each(rejections)('of %s is rejected with the reason and stores nothing', async (_what, given, reason) => {
    const answer = await service.place(await given());
    expect(answer).toEqual({ outcome: 'rejected', reason: expect.stringMatching(reason) as string });
    expect(await service.db.orderGroup.count()).toBe(0);
    expect(await service.db.orderItem.count()).toBe(0);
  });

  const hours: [string, string, string, boolean][] = [
    ['09:00:00', '17:00:00', '08:59:59', false],
    ['09:00:00', '17:00:00', '09:00:00', true],
    ['09:00:00', '17:00:00', '17:00:59', true],
    ['09:00:00', '17:00:00', '17:01:00', false],
    ['09:30:00', '17:00:00', '09:29:59', false],
    ['12:15:00', '12:45:00', '12:30:00', true],
    ['22:00:00', '02:00:00', '23:10:00', true],
    ['22:00:00', '02:00:00', '00:00:00', true],
    ['22:00:00', '02:00:00', '02:00:30', true],
    ['22:00:00', '02:00:00', '02:01:00', false],
    ['22:00:00', '02:00:00', '03:00:00', false],
    ['22:00:00', '02:00:00', '21:59:00', false],
  ];
  test.each(hours)(
    'from a restaurant open from %s to %s, placed at %s: accepted %s',
    async (opening, closing, time, accepted) => {
      const owl = await withRestaurant(service.db, { opening_time: opening, closing_time: closing });
      const answer = await service.place(anOrder({ restaurants: [aPart(owl, 1)], ...at(time) }));
      expect(answer.outcome).toBe(accepted ? 'created' : 'rejected');
    },
  );
});
