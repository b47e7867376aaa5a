/** Ratings, through the whole running system. */
import { randomUUID } from 'node:crypto';
import {
  addAgent,
  addKitchen,
  agentOf,
  anOrderOf,
  call,
  delivered,
  decide,
  isRateable,
  move,
  place,
  placed,
  rate,
} from './fixtures/platform';
import { until } from '../fixtures/until';

test("a rating counts in the restaurant's mean and in the agent's", async () => {
  const kitchen = await addKitchen();
  const agents: string[] = [];
  const given = [
    [5, 4],
    [2.5, 3.5],
  ] as const;
  for (const [order_rating, agent_rating] of given) {
    const order = await place(anOrderOf(kitchen));
    await addAgent();
    await decide(order, 'CONFIRMED');
    agents.push(await agentOf(order));
    await move(order, 'PICKED_UP');
    await move(order, 'DELIVERED');
    await isRateable(order);
    expect((await rate(order, order_rating, agent_rating)).status).toBe(201);
  }
  const rating = (): Promise<number | null> =>
    call<{ data: { rating: number | null } }>('restaurant', 'GET', `/restaurants/${kitchen.id}`).then(
      ({ body }) => body.data.rating,
    );
  await until('the mean includes both ratings', async () => (await rating()) === 3.75);
  for (const agent of agents) await until("the mean includes the agent's ratings", () => hasMeanOfItsDeliveries(agent));
});

/** The agent may also have delivered other tests' orders, whose ratings count too. */
async function hasMeanOfItsDeliveries(agentId: string): Promise<boolean> {
  type Jobs = { data: { deliveries: { agent_rating: number | null }[] } };
  const { body: jobs } = await call<Jobs>('delivery', 'GET', `/deliveries?agent_id=${agentId}&limit=100`);
  const { body: agents } = await call<{ id: string; rating: number | null }[]>('delivery', 'GET', '/agents');
  const ratings = jobs.data.deliveries.flatMap(({ agent_rating }) => agent_rating ?? []);
  const mean = ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length;
  const shown = agents.find(({ id }) => id === agentId)?.rating;
  return ratings.length > 0 && Math.abs((shown ?? 0) - mean) < 0.01;
}

test('a second rating of an order is 400 "Duplicate entry"', async () => {
  const order = await delivered();
  expect((await rate(order, 5, 5)).status).toBe(201);
  const again = await rate(order, 1, 1);
  expect(again).toMatchObject({ status: 400, body: { success: false, code: 'DUPLICATE' } });
  expect(again.body.detail).toMatch(/^Duplicate entry/);
});

test('of several ratings at once one is stored', async () => {
  const order = await delivered();
  const answers = await Promise.all([1, 2, 3].map((rating) => rate(order, rating, rating)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400]);
});

test('a rating before delivery is 400', async () => {
  expect(await rate(await placed(), 5, 5)).toMatchObject({ status: 400, body: { code: 'NOT_DELIVERED' } });
});

test.each([
  ['an unknown order', randomUUID()],
  ['an order whose id is no UUID', 'seven'],
])('a rating of %s is 400', async (_what, order_id) => {
  expect(await rate({ order_id, user_id: randomUUID() }, 5, 5)).toMatchObject({
    status: 400,
    body: { code: 'NOT_FOUND' },
  });
});

test("a rating of another customer's order is 400", async () => {
  expect(await rate({ ...(await delivered()), user_id: randomUUID() }, 5, 5)).toMatchObject({
    status: 400,
    body: { code: 'NOT_FOUND' },
  });
});

test.each([0, 5.5, -1])('a rating of %d is 422', async (rating) => {
  const answer = await rate({ order_id: randomUUID(), user_id: randomUUID() }, rating, 5);
  expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'order_rating' }] } });
});
