/** The user service's reads: open restaurants and a customer's order history. */
import { randomUUID } from 'node:crypto';
import Redis from 'ioredis';
import { until } from '../fixtures/until';
import { addKitchen, anOrderOf, call, cancel, place } from './fixtures/platform';

interface HistoryPage {
  data: {
    count: number;
    orders: { order_id: string; status: string; reason: string | null }[];
    next_cursor: string | null;
  };
}

describe("a customer's history", () => {
  test('lists each order once, newest first, page by page, with its outcome', async () => {
    const kitchen = await addKitchen();
    const user_id = randomUUID();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await place({ ...anOrderOf(kitchen), user_id })).order_id);
    expect((await cancel({ order_id: ids[4] ?? '', user_id }, { reason: 'changed my mind' })).status).toBe(200);

    const seen: HistoryPage['data']['orders'] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const more: string = cursor && `&cursor=${cursor}`;
      const page = await call<HistoryPage>('user', 'GET', `/users/${user_id}/orders?limit=2${more}`);
      expect(page.body.data.count).toBeLessThanOrEqual(2);
      seen.push(...page.body.data.orders);
      cursor = page.body.data.next_cursor;
    }
    expect(seen.map(({ order_id }) => order_id)).toEqual(ids.reverse());
    expect(seen[0]).toMatchObject({ status: 'CANCELLED', reason: 'changed my mind' });
    expect(seen[1]).toMatchObject({ status: 'PENDING', reason: null });
  });

  test('is empty for a user without orders, and 404 for an id that is no UUID', async () => {
    const none = await call<HistoryPage>('user', 'GET', `/users/${randomUUID()}/orders`);
    expect(none).toMatchObject({ status: 200, body: { data: { count: 0, orders: [], next_cursor: null } } });
    expect((await call('user', 'GET', '/users/seven/orders')).status).toBe(404);
  });

  test.each(['limit=0', 'limit=101', 'limit=soup', 'cursor=soup'])('with %s is 422', async (query) => {
    expect((await call('user', 'GET', `/users/${randomUUID()}/orders?${query}`)).status).toBe(422);
  });
});

describe('browsing', () => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
  });
  afterAll(() => redis.disconnect());

  test("returns the restaurant service's body and caches it for 15 s", async () => {
    await addKitchen();
    const { body, kept } = await until('the answer is cached, as a slow cache is skipped', async () => {
      const answer = await call<object>('user', 'GET', '/restaurants?hour=5');
      const copy = await redis.get('restaurants:5');
      return copy !== null && { body: answer.body, kept: JSON.parse(copy) as unknown };
    });
    expect(body).toMatchObject({ status: true, data: { restaurant_data: expect.any(Array) as unknown } });
    expect(kept).toEqual(body);
    expect(await redis.ttl('restaurants:5')).toBeLessThanOrEqual(15);
  });

  test('caches no error', async () => {
    expect((await call('user', 'GET', '/restaurants?hour=24')).status).toBe(400);
    expect(await redis.exists('restaurants:24')).toBe(0);
  });
});
