/** Messages as old programs publish them: without our properties, with times that have no zone. */
import { randomUUID } from 'node:crypto';
import { anOutsider } from '../fixtures/outsider';
import { aRestaurant, authorization } from '../fixtures/tokens';
import { until } from '../fixtures/until';
import {
  addAgent,
  addKitchen,
  agentOf,
  anOrderOf,
  ask,
  call,
  decide,
  deliver,
  type OrderPage,
} from './fixtures/platform';
import { temporal } from './fixtures/temporal-cli';

let outsider: Awaited<ReturnType<typeof anOutsider>>;
beforeAll(async () => {
  outsider = await anOutsider(process.env.RABBITMQ_URL ?? 'amqp://127.0.0.1');
});
afterAll(() => outsider.close());

const pageOf = (orderId: string) => call<OrderPage>('user', 'GET', `/orders/${orderId}`);

/** An order's message as an old program writes it. */
async function anOldPlacement(placedAt: Date) {
  const kitchen = await addKitchen();
  const order = { order_id: randomUUID(), ...anOrderOf(kitchen) };
  return {
    kitchen,
    order,
    message: { ...order, placed_at: placedAt.toISOString().replace('Z', ''), status: 'PENDING' },
  };
}

const day = 24 * 60 * 60_000;

describe('an old producer', () => {
  it('that places an order gets it adopted; it is then an order like any other', async () => {
    const order_id = randomUUID();
    const { user_id, restaurants } = anOrderOf(await addKitchen());
    const placed_at = new Date().toISOString().replace('Z', '');
    const message = JSON.stringify({ order_id, user_id, placed_at, status: 'PENDING', restaurants, note: 'unknown' });
    outsider.send('place-order-queue', message);
    outsider.send('place-order-queue', message);

    const page = await until('the order is adopted', async () => {
      const { body } = await pageOf(order_id);
      return body.total !== null && body.total !== undefined && body;
    });
    expect(page).toMatchObject({ status: 'PENDING', total: 9, placed_at: `${placed_at}Z` });
    await addAgent();
    expect((await decide({ order_id, user_id }, 'CONFIRMED')).status).toBe(200);
  });

  it.each([
    ['a week ago', -7 * day],
    ['an hour from now', day / 24],
  ])('whose order was placed %s has it offered to no restaurant before an operator decides', async (_when, ms) => {
    const { kitchen, order, message } = await anOldPlacement(new Date(Date.now() + ms));
    outsider.send('place-order-queue', JSON.stringify(message));

    const query = `OrderAttention = 'STALE' AND WorkflowId = 'order-${order.order_id}'`;
    await until('it asks for attention', async () =>
      (await temporal('workflow', 'count', '--query', query)).includes('1'),
    );
    const offered = () => call('restaurant', 'GET', `/orders?restaurant_id=${kitchen.id}`);
    expect((await offered()).status).toBe(404);
    expect(await pageOf(order.order_id)).toMatchObject({ body: { status: 'PENDING', total: null } });
    const byRestaurant = await authorization(aRestaurant(kitchen.id));
    const path = `/orders/${order.order_id}/decision`;
    expect((await ask('restaurant', 'POST', path, { status: 'CONFIRMED' }, byRestaurant)).status).toBe(404);

    await addAgent();
    expect((await decide(order, 'CONFIRMED')).status).toBe(200);
    expect((await offered()).body.data).toMatchObject([{ order_id: order.order_id, status: 'CONFIRMED' }]);
    await agentOf(order);
    await deliver(order);
  });

  it('that requests an agent for a confirmed order gets one, who can deliver it', async () => {
    const order_id = randomUUID();
    await addAgent();
    outsider.send('assign-dilvery-agent-queue', JSON.stringify({ order_id }));

    await until(
      'an agent is assigned',
      async () => (await call('delivery', 'GET', `/deliveries/${order_id}`)).status === 200,
    );
    await deliver({ order_id, user_id: '' });
  });
});
