/** Consumers reject messages with our app id but without our signature, on a real broker. */
import { randomUUID } from 'node:crypto';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { z } from 'zod';
import { deadQueue, platformAppId, queues, retryQueue, type QueueName } from '../../contracts/names';
import { openPlatformBroker, type Broker } from '../../lib/broker/broker';
import { ServiceFault } from '../../lib/broker/errors';
import { toQueue } from '../../lib/broker/message';
import { createSignature, signatureHeader } from '../../lib/broker/signature';
import { createLog } from '../../lib/logging/log';
import * as delivery from '../../prisma/delivery/client';
import * as restaurant from '../../prisma/restaurant/client';
import { readLetters, redrive } from '../../tools/broker/dead-letters';
import { consumeDeliveryQueues } from '../../workers/delivery/consumers';
import { consumeOrderQueues, type ConsumersDeps } from '../../workers/order/consumers';
import { consumeRestaurantQueues } from '../../workers/restaurant/consumers';
import { isolatedBroker, type Isolated } from '../fixtures/isolation';
import { anOrder } from '../fixtures/orders';
import { until } from '../fixtures/until';

const log = createLog('test', 'silent');
const signature = createSignature('known to the order worker and to the consumers');
const foreignSignature = createSignature('a secret that no part of the platform knows');
/** Old programs also send to the first; only the platform sends to the second. */
const [shared, own] = [queues.placeOrder, queues.changeOrderStatus];

let vhost: Isolated;
let broker: Broker;
let model: ChannelModel;
let channel: ConfirmChannel;
let [handled, adopted]: [string[], string[]] = [[], []];
/** What the handler does after noting the text. */
let handle: (text: string) => void = () => undefined;
const opened: Broker[] = [];

const open = async (options: Partial<Parameters<typeof openPlatformBroker>[0]>): Promise<Broker> => {
  const each = await openPlatformBroker({ url: vhost.url, name: 'test', log, ...options });
  opened.push(each);
  return each;
};

beforeAll(async () => {
  vhost = await isolatedBroker();
  broker = await open({ signature });
  const options = {
    prefetch: 5,
    schema: z.object({ text: z.string() }),
    handle: async ({ text }: { text: string }) => {
      handled.push(text);
      handle(text);
      return text.toUpperCase();
    },
  };
  await broker.consume({ ...options, queue: shared, adopt: async ({ text }) => void adopted.push(text) });
  await broker.consume({ ...options, queue: own, signedOnly: true });
  model = await connect(vhost.url);
  channel = await model.createConfirmChannel();
});
beforeEach(() => {
  [handled, adopted] = [[], []];
  handle = () => undefined;
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await model.close();
  await vhost.drop();
});

const request = (queue: string, text: string, by = broker) => by.request(queue, { text }, { timeoutMs: 60_000 });
/** Sends as a forger who knows all of our names. */
const send = (queue: string, body: object, header?: string, properties: object = { appId: platformAppId }) =>
  channel.sendToQueue(queue, Buffer.from(JSON.stringify(body)), {
    headers: header === undefined ? {} : { [signatureHeader]: header },
    ...properties,
  });
const asRequest = { appId: platformAppId, replyTo: 'nowhere', correlationId: randomUUID() };
const bodyOf = (text: string) => Buffer.from(JSON.stringify({ text }));
/** The reason and the body of the next dead letter. */
const nextDead = async (queue: string) => {
  const letter = await until(`a dead letter of ${queue}`, () => channel.get(deadQueue(queue), { noAck: true }));
  return {
    reason: String(letter.properties.headers?.['x-reason']),
    body: JSON.parse(letter.content.toString()) as object,
  };
};
const dead = (text: string) => ({ reason: expect.stringMatching(/^UNSIGNED_MESSAGE: /) as string, body: { text } });

describe.each([shared, own])('a request to %s', (queue) => {
  test('with a signature gets a reply', async () => {
    expect(await request(queue, 'soup')).toBe('SOUP');
  });

  test('without one is dead-lettered and rejects as retryable', async () => {
    const unsigned = await open({});
    const failed = request(queue, 'unsigned', unsigned);
    await expect(failed).rejects.toBeInstanceOf(ServiceFault);
    await expect(failed).rejects.toMatchObject({ code: 'UNSIGNED_MESSAGE', retryable: true });
    expect(await nextDead(queue)).toEqual(dead('unsigned'));
    expect([handled, adopted]).toEqual([[], []]);
  });

  test('without one stays dead when all are put back: the tool signs what it puts back', async () => {
    const failed = request(queue, 'forged', await open({}));
    await expect(failed).rejects.toBeInstanceOf(ServiceFault);
    const [letter] = await until('the dead letter', async () => {
      const letters = await readLetters(vhost.url, queue, 'all').catch(() => []);
      return letters.length > 0 && letters;
    });
    const ids = [letter?.id ?? ''];
    for (const which of ['all', { ids }] as const)
      expect(await redrive(vhost.url, queue, which, { signature })).toEqual({ redriven: 0, unsigned: 1 });
    expect(handled).toEqual([]);
    expect(await redrive(vhost.url, queue, { ids }, { signature, unsigned: true })).toEqual({
      redriven: 1,
      unsigned: 0,
    });
    await until('it is handled', async () => [...handled, ...adopted].includes('forged'));
  });

  const elsewhere = queue === own ? shared : own;
  const forgeries: [string, (text: string) => string][] = [
    ['with another secret', (text) => foreignSignature.sign(queue, true, bodyOf(text))],
    ['for another queue', (text) => signature.sign(elsewhere, true, bodyOf(text))],
    ['for another body', () => signature.sign(queue, true, bodyOf('soup'))],
    ['for an event', (text) => signature.sign(queue, false, bodyOf(text))],
    ['with nothing', () => ''],
  ];
  test.each(forgeries)('that is signed %s is dead-lettered', async (_, header) => {
    const text = randomUUID();
    send(queue, { text }, header(text), asRequest);
    expect(await nextDead(queue)).toEqual(dead(text));
    expect([handled, adopted]).toEqual([[], []]);
  });
});

describe('an event', () => {
  test('without a signature is adopted from a queue that old programs use', async () => {
    send(shared, { text: 'old' }, undefined, {});
    await until('the adoption', () => adopted.includes('old'));
  });

  test.each([{}, { appId: platformAppId }])(
    'without a signature is dead-lettered on our own queue, with %j',
    async (properties) => {
      send(own, { text: 'forged' }, undefined, properties);
      expect(await nextDead(own)).toEqual(dead('forged'));
      expect(handled).toEqual([]);
    },
  );

  test.each([shared, own])('without a signature is not accepted through the retry queue: %s', async (queue) => {
    send(retryQueue(queue), { text: 'forged' });
    expect(await nextDead(queue)).toEqual(dead('forged'));
    expect([handled, adopted]).toEqual([[], []]);
  });

  test('with a signature is retried, and can be redriven', async () => {
    handle = () => {
      if (handled.length < 3) throw new ServiceFault('not now', handled.length < 2, 'NOT_NOW');
    };
    send(own, { text: 'event' }, signature.sign(own, false, bodyOf('event')));
    await until(
      'two attempts and the dead letter',
      async () => (await channel.checkQueue(deadQueue(own))).messageCount === 1,
    );
    expect(await redrive(vhost.url, own, 'all', { signature })).toEqual({ redriven: 1, unsigned: 0 });
    await until('the third attempt', () => handled.length === 3);
    expect(handled).toEqual(['event', 'event', 'event']);
  });
});

test("the services' consumers refuse each request, and each event of the platform alone, without a signature", async () => {
  const separate = await isolatedBroker();
  const nowhere = 'postgresql://postgres@127.0.0.1:1/nowhere';
  const consuming = await openPlatformBroker({ url: separate.url, name: 'services', log, signature });
  const db = { restaurant: restaurant.openDatabase(nowhere, 3, log), delivery: delivery.openDatabase(nowhere, 3, log) };
  await consumeRestaurantQueues({ db: db.restaurant, broker: consuming, poolSize: 3 });
  await consumeDeliveryQueues({ db: db.delivery, broker: consuming, log, poolSize: 3 });
  const notCalled = {} as ConsumersDeps;
  await consumeOrderQueues({ ...notCalled, broker: consuming, log });
  const forger = await openPlatformBroker({ url: separate.url, name: 'forger', log });
  const order = anOrder();
  const { order_id, user_id, placed_at } = order;
  const change = { order_id, user_id, placed_at, status: 'CANCELLED' };
  const bodies: [QueueName, object][] = [
    [queues.placeOrder, order],
    [queues.changeOrderStatus, change],
    [queues.assignAgent, { order_id }],
    [queues.updateDeliveryStatus, { order_id, status: 'CANCELLED' }],
  ];
  const events: [QueueName, object][] = [
    [queues.agentAssigned, { order_id, agent_id: randomUUID(), agent_name: 'Asha' }],
    [queues.adoptOrder, { kind: 'placed', order }],
  ];
  try {
    for (const [queue, body] of bodies) {
      const asked = forger.request(queue, body, { timeoutMs: 60_000 });
      await expect(asked).rejects.toMatchObject({ code: 'UNSIGNED_MESSAGE' });
    }
    for (const [queue, body] of events) {
      await forger.publish(toQueue(queue), body);
      await until(`the dead letter of ${queue}`, async () => {
        const [letter] = await readLetters(separate.url, queue, 'all').catch(() => []);
        return letter?.reason?.startsWith('UNSIGNED_MESSAGE');
      });
    }
  } finally {
    await Promise.all([consuming.close(), forger.close()]);
    await Promise.all([db.restaurant.$disconnect(), db.delivery.$disconnect()]);
    await separate.drop();
  }
});
