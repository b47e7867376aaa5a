/** While a process or a server is down: what callers see, and that nothing is lost. On a system whose parts are stopped and frozen. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { type ChannelModel, connect } from 'amqplib';
import { eventQueues, orderWorkflowId, queues, retryQueue } from '../../contracts/names';
import { withTimeout } from '../../lib/process/timeout';
import {
  addAgent,
  agentNamed,
  agentOf,
  anOrderOf,
  ask,
  assigned,
  call,
  cancel,
  delivered,
  events,
  historyOf,
  isReleased,
  move,
  once,
  pageOf,
  placed,
  rate,
  ratingsOf,
} from '../e2e/fixtures/platform';
import { until } from '../fixtures/until';
import { isPlaced, placeHeld } from './fixtures/held';
import { impatient } from './fixtures/own-system';
import { systemWithKitchen } from './fixtures/system-with-kitchen';
import { waiting } from './fixtures/ways';

jest.setTimeout(150_000); // parts start slowly on a busy machine

/** For an answer that does not wait for the broker: far below the 10 s after which a hanging broker counts as unavailable. */
const answerTimeoutMs = 5_000;

// Fast retries: a test can wait for twenty attempts.
const { system, kitchen } = systemWithKitchen(impatient);

describe('while the restaurant worker is down', () => {
  let broker: ChannelModel;
  let temporal: Connection;
  beforeAll(async () => {
    broker = await connect(process.env.RABBITMQ_URL ?? '');
    temporal = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '' });
  });
  afterAll(async () => {
    await broker.close();
    await temporal.close();
  });

  test('twenty attempts leave at most two requests queued, and the order continues afterwards', async () => {
    await system.stop('worker-restaurant');
    const { order } = await placeHeld(kitchen);
    const channel = await broker.createChannel();
    const workflow = new Client({ connection: temporal }).workflow.getHandle(orderWorkflowId(order.order_id));
    let deepest = 0;
    await until(
      'the twentieth attempt',
      async () => {
        const { messageCount } = await channel.checkQueue(queues.placeOrder);
        deepest = Math.max(deepest, messageCount);
        const { raw } = await workflow.describe();
        return (raw.pendingActivities?.[0]?.attempt ?? 0) >= 20;
      },
      60_000,
    );
    expect(deepest).toBeLessThanOrEqual(2); // a request may expire a moment after the next one was sent
    await system.start('worker-restaurant');
    await isPlaced(order);
    await until('the queue is empty', async () => (await channel.checkQueue(queues.placeOrder)).messageCount === 0);
  });

  test('a cancel is accepted, and everything is undone once the worker is back', async () => {
    await system.stop('worker-restaurant');
    const { order } = await placeHeld(kitchen);
    expect(await once.cancel(order)).toMatchObject({ status: 202, body: { success: true, status: 'ACCEPTED' } });
    await system.start('worker-restaurant');
    await until('the order is cancelled', async () => (await pageOf(order)).status === 'CANCELLED');
    expect(await cancel(order)).toMatchObject({ status: 200 });
  });
});

describe('while the order worker is down', () => {
  test('Temporal holds a placement, whose page names what is missing, and it continues afterwards', async () => {
    await system.stop('worker-order');
    const key = randomUUID();
    const headers = { 'Idempotency-Key': key };
    const { body, order } = await placeHeld(kitchen, key);
    expect(await pageOf(order)).toMatchObject({
      status: 'PENDING',
      unavailable: expect.arrayContaining(['timeline']) as unknown,
    });

    const again = await ask('user', 'POST', '/orders', body, headers);
    expect(again).toMatchObject({ status: 202, body: { order_id: order.order_id } });
    const another = {
      ...body,
      restaurants: [{ restaurant_id: kitchen.id, items: [{ menu_item_id: kitchen.stew, quantity: 1 }] }],
    };
    expect((await call('user', 'POST', '/orders', another, headers)).status).toBe(422);

    expect((await once.decide(order, 'CONFIRMED')).status).toBe(503); // the workflow has not accepted it; it may be carried out anyway
    await system.start('worker-order');
    await isPlaced(order);
    expect((await call('user', 'POST', '/orders', body, headers)).status).toBe(201);
    expect((await cancel(order)).status).toBe(200);
  });
});

describe('while the order worker is down, a rating', () => {
  test('is accepted; a different one is refused as a duplicate, and the first one counts', async () => {
    const order = await delivered();
    await system.stop('worker-order');
    expect((await rate(order, 5, 4)).status).toBe(202);
    expect((await rate(order, 5, 4)).status).toBe(202);
    expect(await rate(order, 1, 1)).toMatchObject({
      status: 400,
      body: { code: 'DUPLICATE' },
    });
    await system.start('worker-order');
    await until('it is counted', async () => (await ratingsOf(order)).agent === 4);
  });
});

describe('while the delivery worker is down', () => {
  test('a pick-up is accepted, and carried out once the worker is back', async () => {
    const order = await assigned();
    await system.stop('worker-delivery');
    expect(await once.move(order, 'PICKED_UP')).toMatchObject({ status: 202, body: { status: 'ACCEPTED' } });
    await system.start('worker-delivery');
    await until('it is picked up', async () => (await pageOf(order)).delivery?.status === 'PICKED_UP');
    expect((await move(order, 'DELIVERED')).status).toBe(200);
    expect(await isReleased(order.agent_id, order)).toBe(true);
  });
});

describe('while another API is down', () => {
  test("an order's page names what is missing, and browsing is 503 with Retry-After", async () => {
    const order = await assigned();
    await system.stop('api-restaurant', 'api-delivery');
    const page = await pageOf(order);
    expect(page).toMatchObject({
      status: 'CONFIRMED',
      restaurants: null,
      delivery: null,
      agent: null,
      unavailable: ['delivery', 'restaurants'],
    });
    const answer = await call('user', 'GET', '/restaurants?hour=3'); // an hour that nothing has cached
    expect(answer).toMatchObject({ status: 503, body: { success: false } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await system.start('api-restaurant', 'api-delivery');
    await until('the page is complete again', async () => !('unavailable' in (await pageOf(order))));
  });
});

describe('an API that is stopped', () => {
  test('answers the requests in flight, and ends without waiting for idle connections', async () => {
    await system.stop('worker-restaurant'); // so that a placement takes its 3 s
    const body = anOrderOf(kitchen);
    const held = ask('user', 'POST', '/orders', body);
    await until('the placement is in progress', async () => (await historyOf(body)).length === 1);
    await system.stop('api-user');
    expect((await held).status).toBe(202);
    await system.start('api-user', 'worker-restaurant');
    expect(await system.logOf('api-user')).not.toContain('drain-limit');
  });
});

describe('while RabbitMQ is down', () => {
  test('reads succeed, a placement is held, and no rating is lost, though its consumers are down too', async () => {
    const [first, ...others] = await Promise.all([5, 4, 2].map(async (stars) => ({ order: await delivered(), stars })));
    await system.stop('worker-restaurant', 'worker-delivery');
    if (first) expect((await rate(first.order, 4, first.stars)).status).toBe(201); // stays in the queues over the restart
    await system.stop('rabbitmq');
    for (const { order, stars } of others) {
      expect(await rate(order, 4, stars)).toMatchObject({ status: 201, body: { success: true } });
      expect(await rate(order, 1, 1)).toMatchObject({ status: 400 });
    }
    expect((await call('user', 'GET', '/restaurants')).status).toBe(200);
    const { order: held } = await placeHeld(kitchen);
    await system.start('rabbitmq');
    await system.start('worker-restaurant', 'worker-delivery');
    await isPlaced(held);

    for (const { order, stars } of first ? [first, ...others] : others) {
      await until('the agent is rated', async () => (await ratingsOf(order)).agent === stars);
      await until('the restaurant is rated', async () => (await ratingsOf(order)).restaurant === 4);
    }
  });

  test('because it was killed, every consumer reconnects, and orders continue', async () => {
    const order = await placed();
    await system.kill('rabbitmq');
    expect([200, 202]).toContain((await once.decide(order, 'CONFIRMED')).status);
    const inOrder: string[] = eventQueues.map(({ queue }) => queue); // they are not retried out of their order
    const every = Object.values(queues).flatMap((queue) =>
      inOrder.includes(queue) ? [queue] : [queue, retryQueue(queue)],
    );
    await until('each queue has its consumer', async () => {
      const broker = await connect(process.env.RABBITMQ_URL ?? '');
      try {
        const channel = await broker.createChannel();
        for (const queue of every) if ((await channel.checkQueue(queue)).consumerCount === 0) return false;
        return true;
      } finally {
        await broker.close();
      }
    });
    await delivered();
    await agentOf(order);
  });
});

describe('while RabbitMQ hangs', () => {
  test('a new agent is assigned at once to the order that waits for one', async () => {
    const order = await placed();
    await waiting(order);
    await system.whileFrozen('rabbitmq', async () => {
      const agentId = await withTimeout(answerTimeoutMs, addAgent());
      expect(await agentNamed(agentId)).toMatchObject({ assignments: [{ orderId: order.order_id }] });
    });
    await until('the pick-up succeeds', async () => (await move(order, 'PICKED_UP')).status === 200);
  });
});

describe('while Redis is down', () => {
  test('browsing succeeds', async () => {
    await system.stop('redis');
    expect((await call('user', 'GET', '/restaurants')).status).toBe(200);
    await system.start('redis');
  });

  test('or hangs, browsing succeeds', async () => {
    await system.whileFrozen('redis', async () => {
      expect((await call('user', 'GET', '/restaurants')).status).toBe(200);
      expect((await call('user', 'GET', '/restaurants')).status).toBe(200);
    });
  });
});

describe('while Temporal is down', () => {
  test('nothing is accepted: 503 with Retry-After; orders continue once it is back', async () => {
    const order = await assigned();
    await system.stop('temporal');
    const place = () => ask('user', 'POST', '/orders', anOrderOf(kitchen));
    for (const refused of await Promise.all([place(), once.move(order, 'PICKED_UP')])) {
      expect(refused).toMatchObject({ status: 503, body: { success: false } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const page = await pageOf(order);
    expect(page).toMatchObject({ status: 'CONFIRMED' });
    expect(events(page)).toEqual(expect.arrayContaining(['placed', 'confirmed by the restaurant', 'agent assigned']));
    expect((await call('user', 'GET', `/orders/${randomUUID()}`)).status).toBe(503); // Temporal may hold it
    await system.start('temporal');
    await until('the pick-up succeeds', async () => (await move(order, 'PICKED_UP')).status === 200);
    expect((await move(order, 'DELIVERED')).status).toBe(200);
  });
});

describe('while PostgreSQL is down', () => {
  test('reads are 503, and an order in progress continues once it is back', async () => {
    const order = await placed();
    await system.stop('postgres');
    expect((await call('user', 'GET', `/orders/${order.order_id}`)).status).toBe(503);
    const confirmation = await once.decide(order, 'CONFIRMED');
    expect([202, 503]).toContain(confirmation.status); // the workflow waits; the order group for the answer cannot be read
    await system.start('postgres');
    await until('it is confirmed', async () => (await pageOf(order)).status === 'CONFIRMED');
  });
});
