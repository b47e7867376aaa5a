/** What a restaurant may do with orders, other than decide: place them, and request an agent again. */
import { randomUUID } from 'node:crypto';
import { createLog } from '../../lib/logging/log';
import { openDatabase, type Database } from '../../prisma/restaurant/client';
import { changeOrder } from '../../workers/restaurant/change-order';
import { placeOrder } from '../../workers/restaurant/place-order';
import { anOrder } from '../fixtures/orders';
import { until } from '../fixtures/until';
import {
  addAgent,
  addKitchen,
  agentOf,
  anOrderOf,
  ask,
  assigned,
  call,
  decide,
  delivered,
  isRateable,
  move,
  pageOf,
  placed,
  type Placed,
} from './fixtures/platform';
import { repair, terminate } from './fixtures/repairs';
import { runOf } from './fixtures/temporal-cli';

describe("an order placed at the restaurant's side", () => {
  test('is an order like any other', async () => {
    const body = anOrderOf(await addKitchen());
    const answer = await call('restaurant', 'POST', '/orders', body);
    const { order_id } = answer.body as { order_id: string };
    expect(answer).toMatchObject({ status: 201, body: { status: 'PENDING', message: 'Order placed' } });
    expect((await call('restaurant', 'GET', answer.headers.get('location') ?? '')).status).toBe(200);
    const order = { order_id, user_id: body.user_id };
    expect(await pageOf(order)).toMatchObject({ status: 'PENDING', total: 9 });
    await addAgent();
    expect((await decide(order, 'CONFIRMED')).status).toBe(200);
    await agentOf(order);
    expect((await move(order, 'PICKED_UP')).status).toBe(200);
  });

  test('of an item that is not on the menu is 404', async () => {
    const body = anOrderOf(await addKitchen(), [{ menu_item_id: randomUUID(), quantity: 1 }]);
    expect((await call('restaurant', 'POST', '/orders', body)).status).toBe(404);
  });

  test("is the customer's own order when it has the same Idempotency-Key", async () => {
    const body = anOrderOf(await addKitchen());
    const key = { 'Idempotency-Key': randomUUID() };
    const first = await call('user', 'POST', '/orders', body, key);
    const second = await call('restaurant', 'POST', '/orders', body, key);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });
});

const askAgent = ({ order_id }: Placed) => ask('restaurant', 'POST', `/orders/${order_id}/agent`);
const alreadyAssigned = { status: 404, body: { code: 'ALREADY_ASSIGNED' } };
const notConfirmed = { status: 400, body: { code: 'NOT_CONFIRMED' } };
const askAgentByOldName = ({ order_id }: Placed) => ask('restaurant', 'POST', `/assign-agent?order_id=${order_id}`);

describe.each([
  ['by its name', askAgent],
  ['by its old name', askAgentByOldName],
])('requesting an agent again %s', (_name, askAgain) => {
  test('is 404 for an order that is unknown, has an agent, or had one', async () => {
    for (const order of [
      { order_id: randomUUID(), user_id: '' },
      { order_id: 'no-uuid', user_id: '' },
    ]) {
      expect(await askAgain(order)).toMatchObject({ status: 404, body: { success: false, code: 'NOT_FOUND' } });
    }
    expect(await askAgain(await assigned())).toMatchObject(alreadyAssigned);
    expect(await askAgain(await delivered())).toMatchObject(alreadyAssigned);
  });

  test('is 400 for an order that is PENDING or CANCELLED', async () => {
    const order = await placed();
    expect(await askAgain(order)).toMatchObject(notConfirmed);
    await decide(order, 'CANCELLED');
    expect(await askAgain(order)).toMatchObject(notConfirmed);
  });
});

test('requesting an agent for an order whose workflow was terminated is 409, and the answer names the repair', async () => {
  const order = await assigned();
  await terminate(order);
  expect(await askAgent(order)).toMatchObject({
    status: 409,
    body: { code: 'ILLEGAL_TRANSITION', message: expect.stringContaining('repair') as string },
  });
  expect(await runOf(order)).toBe('TERMINATED');
  expect(await repair(['--yes', '--order', order.order_id])).toMatchObject({ code: 0 });
});

describe('a confirmed order without a workflow, as in an old database', () => {
  let db: Database;
  beforeAll(() => {
    db = openDatabase(process.env.RESTAURANT_DATABASE_URL ?? '', 2, createLog('test', 'silent'));
  });
  afterAll(() => db.$disconnect());

  test('gets a workflow when its restaurant requests an agent, and is delivered', async () => {
    const { user_id, restaurants } = anOrderOf(await addKitchen());
    const order = anOrder({ user_id, restaurants });
    await placeOrder(db)(order);
    await changeOrder(db)({ ...order, status: 'CONFIRMED' });
    await addAgent();
    expect(await askAgent(order)).toMatchObject({ status: 202, body: { success: true, status: 'ACCEPTED' } });
    await until('the pick-up succeeds', async () => (await move(order, 'PICKED_UP')).status === 200);
    expect((await move(order, 'DELIVERED')).status).toBe(200);
    await isRateable(order);
    expect(await pageOf(order)).toMatchObject({ status: 'CONFIRMED', delivery: { status: 'DELIVERED' }, total: 9 });
  });
});
