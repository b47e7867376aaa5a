/** Messages as old programs publish them: without our properties, with times that have no zone. */
import { randomUUID } from 'node:crypto';
import { anOutsider } from '../fixtures/outsider';
import { until } from '../fixtures/until';
import { addAgent, addKitchen, anOrderOf, call, decide, deliver, type OrderPage } from './fixtures/platform';

let outsider: Awaited<ReturnType<typeof anOutsider>>;
beforeAll(async () => {
  outsider = await anOutsider(process.env.RABBITMQ_URL ?? 'amqp://127.0.0.1');
});
afterAll(() => outsider.close());

const pageOf = (orderId: string) => call<OrderPage>('user', 'GET', `/orders/${orderId}`);

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
