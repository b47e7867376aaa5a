/**
 * When the completion of a workflow task does not reach the server, its effects remain, but the updates that it accepted are lost. Here a
 * decision was carried out in such a task, and its order does not know.
 */
import { queues } from '../../contracts/names';
import { openPlatformBroker, type Broker } from '../../lib/broker/broker';
import { createLog } from '../../lib/logging/log';
import { until } from '../fixtures/until';
import { everywhere } from './fixtures/everywhere';
import { addAgent, cancel, call, placed, type Placed } from './fixtures/platform';

let broker: Broker;
beforeAll(async () => {
  const url = process.env.RABBITMQ_URL ?? '';
  const log = createLog('test', 'silent');
  broker = await openPlatformBroker({ url, name: 'lost-task', log });
});
afterAll(() => broker.close());

/** As the lost task requested the services. */
const ask = (queue: string, body: object): Promise<unknown> => broker.request(queue, body, { timeoutMs: 60_000 });

async function confirmedAndAssigned({ order_id, user_id }: Placed): Promise<string> {
  const placed_at = new Date().toISOString();
  await ask(queues.changeOrderStatus, { order_id, user_id, placed_at, status: 'CONFIRMED' });
  await ask(queues.assignAgent, { order_id });
  await addAgent();
  return until('the order has an agent', async () => {
    const { body } = await call('delivery', 'GET', `/deliveries/${order_id}`);
    return body.data?.agent_id as string | undefined;
  });
}

test('an order whose decision was carried out but lost leaves no delivery behind when it is cancelled', async () => {
  const order = await placed();
  const agent_id = await confirmedAndAssigned(order);
  expect((await cancel(order)).status).toBe(200);
  expect(await everywhere({ ...order, agent_id })).toMatchObject({
    record: 'CANCELLED',
    group: 'CANCELLED',
    delivery: 'CANCELLED',
    agent: 'released',
  });
});
