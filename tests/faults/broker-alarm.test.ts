/** While RabbitMQ is short of memory and accepts no messages: requests are held, and everything continues afterwards. */
import { connect } from 'amqplib';
import { deadQueue, queues, retryQueue } from '../../contracts/names';
import {
  addAgent,
  addKitchen,
  anOrderOf,
  aRestaurant,
  ask,
  assigned,
  call,
  cancel,
  deliver,
  delivered,
  once,
  pageOf,
  placed,
  rate,
  ratingsOf,
  type Placed,
} from '../e2e/fixtures/platform';
import { until } from '../fixtures/until';
import type { PartName } from '../../tools/stack/part';
import { impatient, ownSystem, removeSystem, type OwnSystem } from './fixtures/own-system';

jest.setTimeout(150_000); // parts are slow on a busy machine

let system: OwnSystem;
beforeAll(async () => {
  system = await ownSystem(impatient);
}, 150_000);
afterAll(removeSystem);

/** The processes that use the broker. */
const clients: PartName[] = ['worker-order', 'worker-restaurant', 'worker-delivery', 'api-delivery'];

const logged = async (part: PartName, event: string): Promise<number> =>
  (await system.logOf(part)).split(`"event":"${event}"`).length - 1;

const sum = async (event: string): Promise<number> =>
  (await Promise.all(clients.map((part) => logged(part, event)))).reduce((a, b) => a + b);

/** Ready messages in these queues. */
async function depths(of: string[]): Promise<Record<string, number>> {
  const connection = await connect(process.env.RABBITMQ_URL ?? '');
  const channel = await connection.createChannel();
  const counts: [string, number][] = [];
  for (const queue of of) counts.push([queue, (await channel.checkQueue(queue)).messageCount]);
  await connection.close();
  return Object.fromEntries(counts);
}

const isAt = (order: Placed, status: string): Promise<true> =>
  until(`the order is ${status}`, async () => (await pageOf(order)).status === status || undefined);
const isDelivery = (order: Placed, status: string): Promise<true> =>
  until(`the delivery is ${status}`, async () => (await pageOf(order)).delivery?.status === status || undefined);

test('while the broker is full, orders in every stage are held; then they continue, none lost and none done twice', async () => {
  const [fresh, unwanted, riding, done] = await Promise.all([placed(), placed(), assigned(), delivered()]);
  const kitchen = await addKitchen();
  const body = anOrderOf(kitchen);
  await system.alarm(true);

  // Requests that need the broker are accepted, and Temporal holds them.
  const held = await ask('user', 'POST', '/orders', body);
  expect(held).toMatchObject({ status: 202, body: { success: true, status: 'PENDING' } });
  const answers = await Promise.all([
    once.decide(fresh, 'CONFIRMED'),
    once.cancel(unwanted),
    once.move(riding, 'PICKED_UP'),
  ]);
  for (const answer of answers) expect(answer).toMatchObject({ status: 202, body: { status: 'ACCEPTED' } });
  expect((await rate(done, 4, 5)).status).toBe(201);
  await until('the order worker is blocked', async () => (await logged('worker-order', 'broker-blocked')) > 0);

  // Requests that do not need it are answered.
  expect((await call('user', 'GET', '/restaurants')).status).toBe(200);
  expect((await call('restaurant', 'POST', '/restaurants', aRestaurant())).status).toBe(201);
  expect((await call('delivery', 'GET', '/agents')).status).toBe(200);
  await addAgent();
  expect(await pageOf(riding)).toMatchObject({ status: 'CONFIRMED', delivery: { status: 'PENDING' } });

  await system.alarm(false);
  const order = { order_id: held.body.order_id ?? '', user_id: body.user_id };
  await until('the held order is placed', async () => (await pageOf(order)).total === 9);
  await Promise.all([isAt(fresh, 'CONFIRMED'), isAt(unwanted, 'CANCELLED'), isDelivery(riding, 'PICKED_UP')]);
  await until(
    'the rating is counted',
    async () => (await ratingsOf(done)).agent === 5 && (await ratingsOf(done)).restaurant === 4,
  );
  await isDelivery(fresh, 'PENDING'); // it has its agent
  for (const each of [fresh, riding]) {
    await deliver(each);
  }
  expect((await cancel(order)).status).toBe(200);

  expect(await sum('broker-lost')).toBe(0);
  expect(await sum('message-failed')).toBe(0);
  const everywhere = Object.values(queues).flatMap((queue) => [queue, retryQueue(queue), deadQueue(queue)]);
  await until('no queue holds a message', async () =>
    Object.values(await depths(everywhere)).every((depth) => depth === 0),
  );
});

test('a worker that is stopped while the broker is full drains, and its successor continues once there is room', async () => {
  const order = await placed();
  await system.alarm(true);
  expect((await once.decide(order, 'CONFIRMED')).status).toBe(202);
  await system.stop('worker-restaurant', 'worker-order', 'worker-delivery');
  await system.start('worker-restaurant', 'worker-order', 'worker-delivery');
  for (const part of ['worker-restaurant', 'worker-order', 'worker-delivery'] as const)
    expect(await logged(part, 'drain-limit')).toBe(0);
  await system.alarm(false);
  await isAt(order, 'CONFIRMED');
});
