/** Old programs on the same broker: their declarations must match ours, and the events that they consume must arrive. */
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { until } from '../fixtures/until';
import { delivered, rate } from './fixtures/platform';

let connection: ChannelModel;
let channel: Channel;
beforeAll(async () => {
  connection = await connect(process.env.RABBITMQ_URL ?? 'amqp://127.0.0.1');
  channel = await connection.createChannel();
});
afterAll(() => connection.close());

test("an old program's declarations of the queues and the exchange match ours", async () => {
  for (const queue of ['place-order-queue', 'assign-dilvery-agent-queue']) {
    await expect(channel.assertQueue(queue, { durable: true })).resolves.toMatchObject({ queue });
  }
  await expect(channel.assertExchange('ratings-exchange', 'fanout', { durable: false })).resolves.toBeDefined();
});

test('an old consumer of ratings receives each rating with the body that it knows', async () => {
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, 'ratings-exchange', '');
  const received: unknown[] = [];
  await channel.consume(queue, (message) => message && received.push(JSON.parse(message.content.toString())), {
    noAck: true,
  });
  const order = await delivered();
  expect((await rate(order, 4.5, 2)).status).toBe(201);
  const { order_id } = order;
  await until('the rating arrives', () =>
    received.some((body) => (body as { order_id: string }).order_id === order_id),
  );
  expect(received).toContainEqual({ order_id, order_rating: 4.5, agent_rating: 2 });
});
