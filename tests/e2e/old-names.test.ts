/** Old clients: each operation's old name answers 200, with the body of the canonical one. */
import {
  addAgent,
  addKitchen,
  anAgent,
  anOrderOf,
  aRestaurant,
  assigned,
  call,
  decide,
  delivered,
  move,
  place,
  placed,
  type Service,
} from './fixtures/platform';

/** A body's shape: its keys, and the type of each value. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

const creations: [string, Service, string, string, () => Promise<object>][] = [
  ['restaurant', 'restaurant', '/restaurants', '/add-restaurant', async () => aRestaurant()],
  ['agent', 'delivery', '/agents', '/add-dilvery-agent', async () => anAgent()],
  ['order', 'user', '/orders', '/place-order', async () => anOrderOf(await addKitchen())],
  [
    'rating',
    'user',
    '/ratings',
    '/dilvery-agent-rating',
    async () => {
      const { order_id, user_id } = await delivered();
      return { order_id, user_id, order_rating: 4, agent_rating: 5 };
    },
  ],
];
test.each(creations)(
  'a new %s is 201 with a Location, and by the old name 200 with a body of the same shape',
  async (_what, service, path, oldPath, body) => {
    const answer = await call(service, 'POST', path, await body());
    const old = await call(service, 'POST', oldPath, await body());
    expect([answer.status, old.status]).toEqual([201, 200]);
    expect(answer.headers.get('location')).toMatch(/^\//);
    expect(old.headers.get('location')).toBeNull();
    expect(shapeOf(old.body)).toEqual(shapeOf(answer.body));
  },
);

test('an order is delivered by the old names alone', async () => {
  const order = await place(anOrderOf(await addKitchen()));
  await addAgent();
  const decision = await call('restaurant', 'POST', `/change-order-status?order_id=${order.order_id}`, {
    status: 'CONFIRMED',
  });
  expect(decision).toMatchObject({ status: 200, body: { status: true, data: { status: 'CONFIRMED' } } });
  for (const status of ['PICKED_UP', 'DELIVERED']) {
    const moved = await call('delivery', 'PATCH', '/update-dilvery-status', { order_id: order.order_id, status });
    expect(moved).toMatchObject({ status: 200, body: { success: true } });
    const shown = await call('delivery', 'GET', `/get-delivery-status?order_id=${order.order_id}`);
    expect(shown).toMatchObject({ status: 200, body: { success: true, data: { status } } });
  }
});

test('a decision and a move by their old names are answered like the canonical ones', async () => {
  const [one, other] = [await placed(), await placed()];
  const canonical = await decide(one, 'CONFIRMED');
  const old = await call('restaurant', 'POST', `/change-order-status?order_id=${other.order_id}`, {
    status: 'CONFIRMED',
  });
  expect([old.status, shapeOf(old.body)]).toEqual([canonical.status, shapeOf(canonical.body)]);

  const illegal = await assigned();
  const refused = await move(illegal, 'DELIVERED');
  const refusedOld = await call('delivery', 'PATCH', '/update-dilvery-status', {
    order_id: illegal.order_id,
    status: 'DELIVERED',
  });
  expect([refusedOld.status, refusedOld.body]).toEqual([refused.status, refused.body]);
});

describe('a reader', () => {
  test.each<[string, Service, string, string]>([
    ['restaurants', 'restaurant', '/restaurants?hour=3', '/restaurants/available?hour=3'],
    ['restaurants at the user service', 'user', '/restaurants?hour=4', '/get-available-restaurants?hour=4'],
  ])('sees the same %s by either name', async (_what, service, path, oldPath) => {
    await addKitchen();
    const [answer, old] = [await call(service, 'GET', path), await call(service, 'GET', oldPath)];
    expect([answer.status, old.status]).toEqual([200, 200]);
    expect(shapeOf(old.body)).toEqual(shapeOf(answer.body));
  });

  test('sees all assignments of the agents by the old name, past ones included', async () => {
    const { agent_id, order_id } = await delivered();
    type Agents = { id: string; assignments: { orderId: string; status: string }[] }[];
    const { body, status } = await call<Agents>('delivery', 'GET', '/get-all-dilvery-agent');
    const agent = body.find(({ id }) => id === agent_id);
    expect(status).toBe(200);
    expect(agent?.assignments.find(({ orderId }) => orderId === order_id)).toMatchObject({ status: 'DELIVERED' });
  });

  test.each(['0', '23'])('may ask for hour %s', async (hour) => {
    expect((await call('user', 'GET', `/restaurants?hour=${hour}`)).status).toBe(200);
  });

  test.each(['24', '-1'])('who asks for hour %s gets 400', async (hour) => {
    for (const path of [`/restaurants?hour=${hour}`, `/get-available-restaurants?hour=${hour}`]) {
      expect(await call('user', 'GET', path)).toMatchObject({ status: 400, body: { code: 'BAD_HOUR' } });
    }
  });

  test.each<Service>(['user', 'restaurant', 'delivery'])('sees the %s service healthy', async (service) => {
    const { status, body } = await call(service, 'GET', '/health');
    expect([status, body]).toEqual([200, { Success: true, message: 'Good' }]);
  });
});
