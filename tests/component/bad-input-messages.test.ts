/** Generated messages to the services' queues: a malformed one is dead-lettered unchanged and does not block the queue. */
import { randomUUID } from 'node:crypto';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import fc from 'fast-check';
import { deadQueue, platformAppId, queues, ratingsExchange, type QueueName } from '../../contracts/names';
import { openPlatformBroker, type Broker } from '../../lib/broker/broker';
import { createLog } from '../../lib/logging/log';
import * as delivery from '../../prisma/delivery/client';
import * as restaurant from '../../prisma/restaurant/client';
import { consumeDeliveryQueues } from '../../workers/delivery/consumers';
import { consumeRestaurantQueues } from '../../workers/restaurant/consumers';
import { anyJson, anyText } from '../fixtures/arbitraries';
import { broken, queued, type Case } from '../fixtures/bodies';
import { isolatedBroker, isolatedDatabase, type Isolated } from '../fixtures/isolation';
import { anOrder } from '../fixtures/orders';
import { until } from '../fixtures/until';

const log = createLog('test', 'silent');
const poolSize = 6;
let vhost: Isolated;
let databases: Isolated[];
let broker: Broker;
let dbs: { restaurant: restaurant.Database; delivery: delivery.Database };
let outsider: ChannelModel;
let channel: Channel;

beforeAll(async () => {
  vhost = await isolatedBroker();
  databases = await Promise.all([isolatedDatabase('restaurant'), isolatedDatabase('delivery')]);
  const [restaurantUrl = '', deliveryUrl = ''] = databases.map(({ url }) => url);
  dbs = {
    restaurant: restaurant.openDatabase(restaurantUrl, poolSize, log),
    delivery: delivery.openDatabase(deliveryUrl, poolSize, log),
  };
  broker = await openPlatformBroker({ url: vhost.url, name: 'workers', log });
  await consumeRestaurantQueues({ db: dbs.restaurant, broker, poolSize });
  await consumeDeliveryQueues({ db: dbs.delivery, broker, log, poolSize });
  outsider = await connect(vhost.url);
  channel = await outsider.createChannel();
});
afterAll(async () => {
  await outsider.close();
  await broker.close();
  await Promise.all([dbs.restaurant.$disconnect(), dbs.delivery.$disconnect()]);
  await Promise.all([vhost, ...databases].map((isolated) => isolated.drop()));
});

interface Dead {
  content: string;
  reason: unknown;
}

/** Waits for so many dead letters of a queue, and takes them out. */
async function takeDeadLetters(queue: QueueName, count: number): Promise<Dead[]> {
  const dead: Dead[] = [];
  await until(`${count} dead letters of ${queue}`, async () => {
    const message = await channel.get(deadQueue(queue), { noAck: true });
    if (message)
      dead.push({ content: message.content.toString('hex'), reason: message.properties.headers?.['x-reason'] });
    return dead.length === count && !message;
  });
  return dead;
}

const rowCounts = async (): Promise<number[]> =>
  Promise.all([
    dbs.restaurant.orderGroup.count(),
    dbs.restaurant.order.count(),
    dbs.delivery.assignment.count(),
    dbs.delivery.agent.count(),
  ]);

/** Queues with the schema of their messages, and a well-formed request for each. */
const requests: [QueueName, Case, () => object][] = [
  [queues.placeOrder, queued.placeOrder, anOrder],
  [queues.changeOrderStatus, queued.changeOrder, () => ({ ...anOrder(), status: 'CONFIRMED' })],
  [queues.assignAgent, queued.assignAgent, () => ({ order_id: randomUUID() })],
  [queues.updateDeliveryStatus, queued.changeDelivery, () => ({ order_id: randomUUID(), status: 'DELIVERED' })],
  [queues.restaurantRatings, queued.rating, () => aRating(randomUUID())],
  [queues.deliveryRatings, queued.rating, () => aRating(randomUUID())],
];
const aRating = (order_id: string) => ({ order_id, order_rating: 4, agent_rating: 4 });
const isAnswered = (queue: QueueName, body: object): Promise<true> =>
  broker.request(queue, body, { timeoutMs: 60_000 }).then(
    () => true,
    (error: unknown) => {
      // A reply too.
      expect(error).toMatchObject({
        name: 'ServiceFault',
        code: expect.stringMatching(/UNKNOWN_ORDER|NOT_DELIVERED/) as string,
      });
      return true;
    },
  );

test.each(requests)(
  'a malformed message on %s is dead-lettered unchanged, with the reason, and blocks nothing',
  async (queue, schema, wellFormed) => {
    const bytes = fc.oneof(
      broken(schema).map(({ body }) => Buffer.from(JSON.stringify(body))),
      anyJson.map((value) => Buffer.from(JSON.stringify(value))),
      anyText.map((text) => Buffer.from(text)),
      fc.uint8Array().map((array) => Buffer.from(array)),
    );
    const contentType = fc.constantFrom(undefined, 'application/json', 'text/plain');
    const message = fc.record({
      content: bytes,
      contentType,
      appId: fc.constantFrom(undefined, 'old-program', platformAppId),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 20 }), async (messages) => {
        const before = await rowCounts();
        for (const { content, ...properties } of messages)
          channel.sendToQueue(queue, content, { persistent: true, ...properties });
        const dead = await takeDeadLetters(queue, messages.length);
        expect(dead.map(({ content }) => content).sort()).toEqual(
          messages.map(({ content }) => content.toString('hex')).sort(),
        );
        for (const { reason } of dead) expect(reason).toMatch(/\S/);
        expect(await rowCounts()).toEqual(before);
        expect(await isAnswered(queue, wellFormed())).toBe(true);
        expect((await channel.checkQueue(queue)).messageCount).toBe(0);
      }),
      { numRuns: 5 },
    );
  },
);

const huge: [string, string][] = [
  ['no bytes', ''],
  ['a byte order mark', '\ufeff{"order_id":"7"}'],
  ['a million levels of nesting', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
  ['two million restaurants', `{"restaurants":[${'0,'.repeat(2_000_000)}0]}`],
  ['a name of eight megabytes', `{"${'x'.repeat(8_000_000)}":0}`],
];
test.each(huge)('a message of %s is dead-lettered with a short reason', async (_what, content) => {
  channel.sendToQueue(queues.placeOrder, Buffer.from(content), { persistent: true });
  const [dead] = await takeDeadLetters(queues.placeOrder, 1);
  expect(dead?.content.length).toBe(Buffer.byteLength(content) * 2);
  expect(String(dead?.reason).length).toBeLessThanOrEqual(1_000);
});

test('a malformed rating on the exchange is dead-lettered by both services', async () => {
  channel.publish(ratingsExchange, '', Buffer.from('{"order_id":null}'));
  for (const queue of [queues.restaurantRatings, queues.deliveryRatings])
    expect(await takeDeadLetters(queue, 1)).toHaveLength(1);
});

test('a message above 2 MB is dead-lettered unread, whatever is in it', async () => {
  const order = { ...anOrder(), note: 'x'.repeat(2_000_000) };
  channel.sendToQueue(queues.placeOrder, Buffer.from(JSON.stringify(order)), { persistent: true });
  const [dead] = await takeDeadLetters(queues.placeOrder, 1);
  expect(dead?.reason).toBe('larger than 2 MB');
});

const headers: [string, Record<string, unknown>][] = [
  [
    'of every kind',
    { text: 'x', no: null, yes: true, list: [1, 'a', { b: 2 }], big: 2 ** 60, half: 0.5, bytes: Buffer.from([1]) },
  ],
  [
    'with a timestamp and a decimal',
    { at: { '!': 'timestamp', value: 1 }, sum: { '!': 'decimal', value: { places: 2, digits: 5 } } },
  ],
  ['with made-up attempts', { 'x-attempts': 'many', 'x-reason': 'mine' }],
];
test.each(headers)('a malformed message with headers %s is dead-lettered like any other', async (_what, given) => {
  channel.sendToQueue(queues.assignAgent, Buffer.from('{}'), { headers: given });
  const [dead] = await takeDeadLetters(queues.assignAgent, 1);
  expect(dead?.reason).toContain('order_id');
});

test('a malformed message without a message id is not lost while its dead queue is missing', async () => {
  await channel.deleteQueue(deadQueue(queues.assignAgent));
  channel.sendToQueue(queues.assignAgent, Buffer.from('{}'));
  // The consumers reconnect and declare the dead queue again.
  await until('the dead queue', async () => {
    const probe = await outsider.createChannel();
    probe.on('error', () => undefined); // the broker closes the channel while the queue is missing
    await probe.checkQueue(deadQueue(queues.assignAgent));
    await probe.close();
    return true;
  });
  expect(await takeDeadLetters(queues.assignAgent, 1)).toHaveLength(1);
});

test('a malformed message whose headers leave no room for ours is dead-lettered and blocks nothing', async () => {
  const headers = { trace: 'x'.repeat(65_400) }; // the client library encodes 65,536 bytes at most
  channel.sendToQueue(queues.assignAgent, Buffer.from('{}'), { headers });
  expect(await takeDeadLetters(queues.assignAgent, 1)).toHaveLength(1);
  expect(await isAnswered(queues.assignAgent, { order_id: randomUUID() })).toBe(true);
});
