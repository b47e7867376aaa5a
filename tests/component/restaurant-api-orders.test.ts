/** The restaurant API's orders on a real database. Tests with Temporal cover decisions that reach a workflow. */
import { randomUUID } from 'node:crypto';
import { aChange, aPart, restaurantApi, withRestaurant, type Kitchen } from '../fixtures/restaurant';
import { anOrder } from '../fixtures/orders';

let service: Awaited<ReturnType<typeof restaurantApi>>;
let kitchen: Kitchen;

beforeAll(async () => {
  service = await restaurantApi();
});
afterAll(() => service.close());
beforeEach(async () => {
  await service.clear();
  kitchen = await withRestaurant(service.db, { name: 'Spice Garden' });
});

interface Group {
  order_id: string;
}

async function list(query = ''): Promise<{ data: Group[]; next_cursor: string | null }> {
  const { status, body } = await service.call('GET', `/orders?${query}`);
  expect([status, body.status]).toEqual([200, true]);
  return body as unknown as { data: Group[]; next_cursor: string | null };
}
const ids = (groups: Group[]) => groups.map(({ order_id }) => order_id);

describe('the orders', () => {
  test('are shown with their restaurants and items as they were ordered, whatever has changed since', async () => {
    const order = await service.placed(kitchen, { restaurants: [aPart(kitchen, 2, 1)] });
    await service.db.menuItem.updateMany({ data: { name: 'Renamed', type: 'NON_VEG', price: 99.9 } });
    await service.db.restaurant.updateMany({ data: { name: 'Renamed' } });
    const { data } = await list(`order_id=${order.order_id.toUpperCase()}`);
    const soup = { name: 'Lentil soup', type: 'VEG', price: 4.5 };
    expect(data).toEqual([
      {
        id: order.order_id,
        order_id: order.order_id,
        user_id: order.user_id,
        placed_at: order.placed_at,
        updated_at: expect.stringMatching(/Z$/) as string,
        rating: null,
        status: 'PENDING',
        total: 21,
        reason: null,
        order_rating: null,
        orders: [
          {
            id: expect.any(String) as string,
            order_group_id: order.order_id,
            user_id: order.user_id,
            placed_at: order.placed_at,
            updated_at: expect.stringMatching(/Z$/) as string,
            restaurant_id: kitchen.id,
            status: 'PENDING',
            reason: null,
            total: 21,
            restaurant: expect.objectContaining({
              id: kitchen.id,
              name: 'Spice Garden',
              opening_time: '00:00',
            }) as object,
            items: [
              expect.objectContaining({
                quantity: 2,
                ...soup,
                menu_item: expect.objectContaining({ id: kitchen.items[0], ...soup }) as object,
              }),
              expect.objectContaining({ quantity: 1, price: 12, menu_item_id: kitchen.items[1] }),
            ],
          },
        ],
      },
    ]);
  });

  test('are found by user, restaurant and status', async () => {
    const other = await withRestaurant(service.db);
    const mine = await service.placed(kitchen);
    const both = await service.placed(kitchen, { restaurants: [aPart(kitchen, 1), aPart(other, 1)] });
    await service.change(aChange(both, 'CONFIRMED'));

    expect(ids((await list(`user_id=${mine.user_id}`)).data)).toEqual([mine.order_id]);
    expect(ids((await list(`restaurant_id=${other.id}`)).data)).toEqual([both.order_id]);
    expect(ids((await list(`restaurant_id=${kitchen.id}&status=PENDING`)).data)).toEqual([mine.order_id]);
    expect(ids((await list('status=CONFIRMED')).data)).toEqual([both.order_id]);
  });

  test('are listed newest first, page by page, also when placed in the same millisecond', async () => {
    const placed_at = (minute: number) => ({ placed_at: `2026-03-01T12:0${minute}:00.000Z` });
    for (const minute of [1, 1, 1, 0, 2]) await service.placed(kitchen, placed_at(minute));
    const all = await list();
    expect(all.next_cursor).toBeNull();
    const pages: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await list(`limit=2${cursor && `&cursor=${cursor}`}`);
      pages.push(...ids(page.data));
      cursor = page.next_cursor;
    }
    expect(pages).toEqual(ids(all.data));
    expect(new Set(pages).size).toBe(5);
  });

  test('fill a page with at most 2,000 items, and a larger order has a page of its own', async () => {
    const dishes = Array.from({ length: 200 }, (_, n) => ({ name: `Dish ${n}`, price: 1, type: 'VEG' as const }));
    const large = await withRestaurant(service.db, { menu: dishes });
    const quantities = large.items.map(() => 1);
    const placed: string[] = [];
    for (let n = 0; n < 12; n += 1)
      placed.push((await service.placed(large, { restaurants: [aPart(large, ...quantities)] })).order_id);
    const pages: string[][] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await list(`limit=100${cursor && `&cursor=${cursor}`}`);
      pages.push(ids(page.data));
      cursor = page.next_cursor;
    }
    expect(pages.map(({ length }) => length)).toEqual([10, 2]);
    expect(pages.flat().sort()).toEqual(placed.sort());
  });

  test('that were only cancelled, never placed, are not listed', async () => {
    const order = anOrder();
    await service.change(aChange(order, 'CANCELLED'));
    expect(await service.call('GET', `/orders?order_id=${order.order_id}`)).toMatchObject({ status: 404 });
    expect(await service.call('GET', '/orders')).toMatchObject({ status: 404 });
  });

  test.each([
    `order_id=${randomUUID()}`,
    'order_id=7',
    'order_id=',
    'user_id=7',
    'restaurant_id=7',
    'status=CANCELLED',
  ])('are 404 when %s matches none', async (query) => {
    await service.placed(kitchen);
    expect(await service.call('GET', `/orders?${query}`)).toMatchObject({ status: 404, body: { success: false } });
  });

  test.each(['status=LOST', 'limit=0', 'limit=101', 'cursor=7', 'status=PENDING&status=CONFIRMED'])(
    'are refused with the filter %s',
    async (query) => {
      expect(await service.call('GET', `/orders?${query}`)).toMatchObject({ status: 422, body: { success: false } });
    },
  );
});

describe('a decision', () => {
  const paths = (id: string) => [`/orders/${id}/decision`, `/change-order-status?order_id=${id}`];

  test.each(paths('7'))('on an id that is no UUID (%s) is 404', async (path) => {
    expect(await service.call('POST', path, { status: 'CONFIRMED' })).toMatchObject({ status: 404 });
  });

  test.each(paths(randomUUID()))('with a malformed body (%s) is refused', async (path) => {
    for (const body of [{}, { status: 'PENDING' }, { status: 'CANCELLED', reason: 7 }]) {
      expect(await service.call('POST', path, body)).toMatchObject({ status: 422 });
    }
  });

  test('on the old route needs an order id', async () => {
    const answer = await service.call('POST', '/change-order-status', { status: 'CONFIRMED' });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'order_id' }] } });
  });
});
