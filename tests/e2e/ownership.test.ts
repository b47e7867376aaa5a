/** Who may access what, on the running system: another caller's order, job or restaurant looks like an unknown one. */
import { randomUUID } from 'node:crypto';
import { notFoundMs } from '../../api/http/mount';
import type { Caller } from '../../contracts/access';
import { aCourier, aCustomer, aRestaurant, authorization } from '../fixtures/tokens';
import {
  addAgent,
  addKitchen,
  agentOf,
  anOrderOf,
  ask,
  assigned,
  decide,
  place,
  placed,
  type Kitchen,
  type Placed,
  type Service,
} from './fixtures/platform';

type Method = 'GET' | 'POST' | 'PATCH';
type Route = (orderId: string) => [Service, Method, string, object?];

const as = async (caller: Caller, [service, method, path, body]: ReturnType<Route>) => {
  const headers = await authorization(caller);
  const since = performance.now();
  const { status, body: answer } = await ask(service, method, path, body, headers);
  if (answer.code === 'NOT_FOUND') expect(performance.now() - since).toBeGreaterThanOrEqual(notFoundMs);
  return { status, body: answer };
};

/** The answer for another caller's order equals that for an unknown one. Neither is there sooner: a look-up takes less time than that. */
async function expectUnknown(caller: Caller, { order_id }: Placed, route: Route): Promise<void> {
  const others = await as(caller, route(order_id));
  expect(others).toEqual(await as(caller, route(randomUUID())));
  expect(others.status).toBe(404);
}

const stranger = {
  customer: aCustomer(randomUUID()),
  restaurant: aRestaurant(randomUUID()),
  courier: aCourier(randomUUID()),
};

describe("another customer's order", () => {
  let order: Placed;
  beforeAll(async () => {
    order = await placed();
  });

  test.each<[string, Route]>([
    ['page', (id) => ['user', 'GET', `/orders/${id}`]],
    ['cancel', (id) => ['user', 'POST', `/orders/${id}/cancel`, {}]],
    ['entry in the list', (id) => ['restaurant', 'GET', `/orders?order_id=${id}`]],
  ])('looks unknown: %s', (_what, route) => expectUnknown(stranger.customer, order, route));

  test("cannot be rated: unknown under the own id, forbidden under the owner's", async () => {
    const rating = { order_id: order.order_id, order_rating: 5, agent_rating: 5 };
    const rate = (user_id: string) => as(stranger.customer, ['user', 'POST', '/ratings', { ...rating, user_id }]);
    expect(await rate(stranger.customer.sub)).toMatchObject({ status: 400, body: { code: 'NOT_FOUND' } });
    expect(await rate(order.user_id)).toMatchObject({ status: 403 });
  });

  test("is not in the own history, and the owner's history is forbidden", async () => {
    const history = (user: string) => as(stranger.customer, ['user', 'GET', `/users/${user}/orders`]);
    expect(await history(order.user_id)).toMatchObject({ status: 403 });
    expect(await history(stranger.customer.sub)).toMatchObject({ status: 200, body: { data: { count: 0 } } });
  });

  test.each(['user', 'restaurant'] as const)(
    'cannot be placed for another customer, at the %s service',
    async (service) => {
      const body = anOrderOf(await addKitchen());
      expect(await as(stranger.customer, [service, 'POST', '/orders', body])).toMatchObject({ status: 403 });
    },
  );
});

test('a customer places, sees, lists and cancels their own order', async () => {
  const body = anOrderOf(await addKitchen());
  const me = aCustomer(body.user_id);
  const { status, body: answer } = await as(me, ['user', 'POST', '/orders', body]);
  expect(status).toBe(201);
  const id = answer.order_id ?? '';
  expect(await as(me, ['user', 'GET', `/orders/${id}`])).toMatchObject({ status: 200 });
  expect(await as(me, ['restaurant', 'GET', '/orders'])).toMatchObject({
    status: 200,
    body: { data: [{ order_id: id }] },
  });
  expect(await as(me, ['user', 'GET', `/users/${body.user_id}/orders`])).toMatchObject({
    body: { data: { count: 1 } },
  });
  expect((await as(me, ['user', 'POST', `/orders/${id}/cancel`, {}])).status).toBe(200);
});

describe("another restaurant's order", () => {
  let kitchen: Kitchen;
  let order: Placed;
  beforeAll(async () => {
    kitchen = await addKitchen();
    order = await place(anOrderOf(kitchen));
  });

  test.each<[string, Route]>([
    ['decision', (id) => ['restaurant', 'POST', `/orders/${id}/decision`, { status: 'CONFIRMED' }]],
    [
      'decision by its old name',
      (id) => ['restaurant', 'POST', `/change-order-status?order_id=${id}`, { status: 'CONFIRMED' }],
    ],
    ['request for an agent', (id) => ['restaurant', 'POST', `/orders/${id}/agent`]],
    ['entry in the list', (id) => ['restaurant', 'GET', `/orders?order_id=${id}`]],
  ])('looks unknown: %s', (_what, route) => expectUnknown(stranger.restaurant, order, route));

  test("is not found by the restaurant's id", async () => {
    const list = await as(stranger.restaurant, ['restaurant', 'GET', `/orders?restaurant_id=${kitchen.id}`]);
    expect(list.status).toBe(404);
  });

  test('does not allow to change its restaurant', async () => {
    const change = await as(stranger.restaurant, [
      'restaurant',
      'PATCH',
      `/restaurants/${kitchen.id}`,
      { status: 'OFFLINE' },
    ]);
    expect(change.status).toBe(403);
  });
});

test('each of two restaurants sees and decides its own part of an order', async () => {
  const [one, other] = [await addKitchen(), await addKitchen()];
  const user_id = randomUUID();
  const parts = [one, other].map(({ id, soup }) => ({
    restaurant_id: id,
    items: [{ menu_item_id: soup, quantity: 1 }],
  }));
  const { order_id } = await place({ user_id, restaurants: parts });
  const mine = aRestaurant(one.id);
  const decision = (more: object) =>
    as(mine, ['restaurant', 'POST', `/orders/${order_id}/decision`, { status: 'CONFIRMED', ...more }]);

  expect((await decision({})).status).toBe(403);
  expect((await decision({ restaurant_id: other.id })).status).toBe(404);
  expect(await decision({ restaurant_id: one.id })).toMatchObject({
    status: 200,
    body: { data: { orders: [{ restaurant_id: one.id, status: 'CONFIRMED' }] } },
  });
  const list = await as(mine, ['restaurant', 'GET', '/orders']);
  expect(list.body.data).toMatchObject([{ order_id, total: 4.5, orders: [{ restaurant_id: one.id }] }]);
});

describe("another courier's job", () => {
  let order: Placed & { agent_id: string };
  beforeAll(async () => {
    order = await assigned();
  });

  test.each<[string, Route]>([
    ['state', (id) => ['delivery', 'GET', `/deliveries/${id}`]],
    ['next step', (id) => ['delivery', 'PATCH', `/deliveries/${id}`, { status: 'PICKED_UP' }]],
    [
      'next step by its old name',
      (id) => ['delivery', 'PATCH', '/update-dilvery-status', { order_id: id, status: 'PICKED_UP' }],
    ],
    ['hand-back', (id) => ['delivery', 'POST', `/deliveries/${id}/decline`, {}]],
  ])('looks unknown: %s', (_what, route) => expectUnknown(stranger.courier, order, route));

  test("is neither handed back nor listed under its courier's id", async () => {
    const decline = { agent_id: order.agent_id };
    expect(
      await as(stranger.courier, ['delivery', 'POST', `/deliveries/${order.order_id}/decline`, decline]),
    ).toMatchObject({
      status: 404,
    });
    expect(await as(stranger.courier, ['delivery', 'GET', `/deliveries?agent_id=${order.agent_id}`])).toMatchObject({
      status: 404,
    });
  });
});

test('a courier sees, lists and moves their own job', async () => {
  const order = await assigned();
  const me = aCourier(order.agent_id);
  expect(await as(me, ['delivery', 'GET', `/deliveries/${order.order_id}`])).toMatchObject({ status: 200 });
  // The agent may have had jobs of other tests.
  const { body } = await as(me, ['delivery', 'GET', '/deliveries?limit=100']);
  const jobs = body.data?.deliveries as { order_id: string; agent_id: string }[];
  expect(jobs.map(({ order_id }) => order_id)).toContain(order.order_id);
  expect(new Set(jobs.map(({ agent_id }) => agent_id))).toEqual(new Set([order.agent_id]));
  for (const status of ['PICKED_UP', 'DELIVERED']) {
    const moved = await as(me, ['delivery', 'PATCH', `/deliveries/${order.order_id}`, { status }]);
    expect(moved.status).toBe(200);
  }
});

test('a courier hands a job back, and may repeat that', async () => {
  const order = await placed();
  await addAgent();
  await decide(order, 'CONFIRMED');
  const me = aCourier(await agentOf(order));
  const decline = () => as(me, ['delivery', 'POST', `/deliveries/${order.order_id}/decline`, {}]);
  expect((await decline()).status).toBe(200);
  expect((await decline()).status).toBeLessThan(500);
  expect((await decline()).status).not.toBe(404);
});
