/** While a server is down or hangs: what callers see, and that nothing is lost. On a system whose parts are stopped and frozen. */
import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { queues, retryQueue } from '../../contracts/names';
import {
  addAgent,
  agentNamed,
  agentOf,
  anOrderOf,
  ask,
  assigned,
  call,
  delivered,
  move,
  once,
  pageOf,
  placed,
  rate,
  ratingsOf,
} from '../e2e/fixtures/platform';
import { withTimeout } from '../../lib/process/timeout';
import { until } from '../fixtures/until';
import { isPlaced, placeHeld } from './fixtures/held';
import { impatient } from './fixtures/own-system';
import { systemWithKitchen } from './fixtures/system-with-kitchen';
import { waiting } from './fixtures/ways';

jest.setTimeout(150_000); // parts start slowly on a busy machine

/** For an answer that does not wait for the broker: far below the 10 s after which a hanging broker counts as unavailable. */
const answerTimeoutMs = 5_000;

// Fast retries: a test can wait for them.
const { system, kitchen } = systemWithKitchen(impatient);

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
    const every = Object.values(queues).flatMap((queue) => [queue, retryQueue(queue)]);
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
    expect(await pageOf(order)).toMatchObject({ status: 'CONFIRMED', timeline: null, unavailable: ['timeline'] });
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
