/** From the orders' logs to the exchange, on a real database and broker: at least once, and each order's events in its order. */
import { randomUUID } from 'node:crypto';
import { connect, type ConsumeMessage } from 'amqplib';
import type { OrderEvent } from '../../contracts/events';
import { eventContentType, orderEvent } from '../../contracts/events';
import { deadQueue, eventsExchange, eventType, queues } from '../../contracts/names';
import { logged, type LogEntry } from '../../contracts/order-log';
import { openPlatformBroker, type Broker } from '../../lib/broker/broker';
import { BrokerUnavailableError } from '../../lib/broker/errors';
import { toExchange } from '../../lib/broker/message';
import { createLog } from '../../lib/logging/log';
import { openDatabase, type Database } from '../../prisma/user/client';
import { appendEvents, lastPosition } from '../../prisma/user/order-events';
import { recordOrder } from '../../prisma/user/orders';
import { startRelay } from '../../workers/order/relay';
import { isolatedBroker, isolatedDatabase, type Isolated } from '../fixtures/isolation';
import { anOutsider } from '../fixtures/outsider';
import { until } from '../fixtures/until';

const log = createLog('test', 'silent');
const at = '2026-12-01T12:00:00.000Z';

let database: Isolated;
let vhost: Isolated;
let db: Database;
let broker: Broker;
/** What the consumer has handled, and what it does before that. */
let received: OrderEvent[] = [];
let before: () => void = () => undefined;
const relays: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  [database, vhost] = await Promise.all([isolatedDatabase('user'), isolatedBroker()]);
  db = openDatabase(database.url, 10, log);
  broker = await openPlatformBroker({ url: vhost.url, name: 'test', log });
  const outsider = await connect(vhost.url);
  const channel = await outsider.createChannel();
  await channel.bindQueue(queues.restaurantEvents, eventsExchange, '#'); // every type, for these tests
  await outsider.close();
  await broker.consumeInOrder({
    queue: queues.restaurantEvents,
    schema: orderEvent,
    async handle(events) {
      before();
      received.push(...events);
    },
  });
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()));
  before = () => undefined;
  received = [];
});
afterAll(async () => {
  await broker.close();
  await db.$disconnect();
  await Promise.all([database.drop(), vhost.drop()]);
});

const relayBy = (publisher: Pick<Broker, 'publish'>) => {
  const relay = startRelay({ db, url: database.url, broker: publisher, log });
  relays.push(relay);
  return relay;
};
const steps = (count: number): LogEntry[] =>
  Array.from({ length: count }, () => logged.agentAssigned(at, { agent_id: randomUUID() }));
async function anOrder(entries: LogEntry[] = []): Promise<string> {
  const order_id = randomUUID();
  const order = { order_id, user_id: randomUUID(), placed_at: at };
  await recordOrder(db, { order, bodyHash: 'hash', log: [logged.placed(at, []), ...entries] });
  return order_id;
}
/** The numbers of the order's events as they arrived, without repeats. */
const numbersOf = (orderId: string): number[] => [
  ...new Set(received.filter(({ data }) => data.order_id === orderId).map(({ id }) => Number(id.split(':')[1]))),
];
const upTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1);
const arrived = (orderId: string, last: number) =>
  until(`event ${last} of ${orderId}`, () => numbersOf(orderId).length >= last);

test('an event arrives as a CloudEvent', async () => {
  relayBy(broker);
  const order = await anOrder(logged.priced(at, '12.50'));
  await arrived(order, 3);
  expect(received.filter(({ data }) => data.order_id === order)).toEqual([
    expect.objectContaining({ id: `${order}:1`, type: 'food-delivery.order.placed.v1' }),
    {
      specversion: '1.0',
      id: `${order}:2`,
      source: `/orders/${order}`,
      type: 'food-delivery.order.priced.v1',
      time: at,
      datacontenttype: 'application/json',
      data: { order_id: order, status: 'PENDING', delivery: null, total: 12.5 },
    },
    expect.objectContaining({ id: `${order}:3`, type: 'food-delivery.order.secured.v1' }),
  ]);
});

test("each order's events arrive in order, also while they are appended, and by several relays", async () => {
  for (let process = 0; process < 3; process++) relayBy(broker);
  const orders = await Promise.all(Array.from({ length: 10 }, () => anOrder()));
  await Promise.all(
    orders.map(async (order) => {
      for (const step of steps(20)) await appendEvents(db, order, [step]);
    }),
  );
  for (const order of orders) await arrived(order, 21);
  for (const order of orders) expect(numbersOf(order)).toEqual(upTo(21));
  const positions = (await db.orderEvent.findMany({ orderBy: { id: 'asc' } })).map(({ position }) => position);
  expect(new Set(positions).size).toBe(positions.length);
  expect(await lastPosition(db)).toBe(BigInt(positions.length));
});

test('events wait while the broker takes none, and none is overtaken', async () => {
  let isAway = true;
  let attempts = 0;
  relayBy({
    async publish(...message) {
      if (++attempts % 3 === 0 || isAway) throw new BrokerUnavailableError('away');
      return broker.publish(...message);
    },
  });
  const order = await anOrder(steps(8));
  await until('some attempts', () => attempts > 2);
  expect(numbersOf(order)).toEqual([]);
  isAway = false;
  await arrived(order, 9);
  expect(numbersOf(order)).toEqual(upTo(9));
});

test("a queue of an integrator's own gets the types that it is bound to", async () => {
  const connection = await connect(vhost.url);
  const channel = await connection.createChannel();
  await channel.assertQueue('billing', { durable: true, arguments: { 'x-single-active-consumer': true } });
  await channel.bindQueue('billing', eventsExchange, eventType('secured'));
  const messages: ConsumeMessage[] = [];
  await channel.consume('billing', (message) => message && messages.push(message));
  relayBy(broker);
  const order = await anOrder(logged.priced(at, '12.50'));
  const message = await until('the message', () => messages[0]);
  expect(JSON.parse(message.content.toString())).toMatchObject({ id: `${order}:3`, type: eventType('secured') });
  expect(message.properties).toMatchObject({
    contentType: eventContentType,
    messageId: `${order}:3`,
    deliveryMode: 2,
  });
  await connection.close();
});

test('another process takes over from one that has gone', async () => {
  const first = relayBy(broker);
  await arrived(await anOrder(), 1);
  const second = relayBy(broker);
  await first.close();
  const order = await anOrder(steps(3));
  await arrived(order, 4);
  expect(numbersOf(order)).toEqual(upTo(4));
  await second.close();
});

test('a consumer that fails gets the same events again, in order, before any other', async () => {
  let failures = 3;
  before = () => {
    if (failures-- > 0) throw new Error('the database is away');
  };
  relayBy(broker);
  const order = await anOrder(steps(5));
  await arrived(order, 6);
  expect(numbersOf(order)).toEqual(upTo(6));
  expect(received).toHaveLength(6);
});

test('what is no event goes to the dead queue, and holds up none', async () => {
  const outsider = await anOutsider(vhost.url);
  await broker.publish(toExchange(eventsExchange, 'food-delivery.order.lost.v1'), { type: 'lost' });
  relayBy(broker);
  await arrived(await anOrder(), 1);
  const { headers } = await outsider.next(deadQueue(queues.restaurantEvents));
  expect(headers['x-reason']).toMatch(/type/);
  await outsider.close();
});
