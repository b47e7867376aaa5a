/** While one of our processes is down: what callers see, and that nothing is lost. On a system whose parts are stopped. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { connect, type ChannelModel } from 'amqplib';
import { orderWorkflowId, queues } from '../../contracts/names';
import {
  anOrderOf,
  ask,
  assigned,
  call,
  cancel,
  delivered,
  historyOf,
  isReleased,
  move,
  once,
  pageOf,
  rate,
  ratingsOf,
} from '../e2e/fixtures/platform';
import { until } from '../fixtures/until';
import { isPlaced, placeHeld } from './fixtures/held';
import { impatient } from './fixtures/own-system';
import { systemWithKitchen } from './fixtures/system-with-kitchen';

jest.setTimeout(150_000); // parts start slowly on a busy machine

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
