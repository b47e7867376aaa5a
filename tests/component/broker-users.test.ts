/** Each process as its own user of the real broker, with the permissions that the job `broker-users` grants. */
import { randomUUID } from 'node:crypto';
import {
  adoptOrderMessage,
  agentAssignedMessage,
  type AdoptOrderMessage,
  type AgentAssignedMessage,
} from '../../contracts/messages';
import { deadQueue, queues, ratingsExchange, retryQueue, type QueueName } from '../../contracts/names';
import { toExchange, toQueue } from '../../lib/broker/message';
import { brokerUsers, type BrokerUser } from '../../tools/accounts/accounts';
import { withAgents } from '../fixtures/delivery';
import { anOrder } from '../fixtures/orders';
import { aChange, aPart, withRestaurant } from '../fixtures/restaurant';
import { until } from '../fixtures/until';
import { separateUsers } from './fixtures/broker-users';

let users: Awaited<ReturnType<typeof separateUsers>>;
/** The order ids that the order worker received from its two queues. */
const [assigned, adopted]: [string[], string[]] = [[], []];

beforeAll(async () => {
  users = await separateUsers();
  await users.brokers['worker-order'].consume({
    queue: queues.agentAssigned,
    prefetch: 5,
    schema: agentAssignedMessage,
    handle: async ({ order_id }: AgentAssignedMessage) => void assigned.push(order_id),
  });
  await users.brokers['worker-order'].consume({
    queue: queues.adoptOrder,
    prefetch: 5,
    schema: adoptOrderMessage,
    handle: async (body: AdoptOrderMessage) =>
      void adopted.push(body.kind === 'placed' ? body.order.order_id : body.order_id),
  });
});
afterAll(() => users.close());

describe("with its own user's permissions", () => {
  const ask = (queue: QueueName, body: object) =>
    users.brokers['worker-order'].request(queue, body, { timeoutMs: 60_000 });

  test('the order worker gets a reply to each request, and its rating reaches both services', async () => {
    const order = anOrder({ restaurants: [aPart(await withRestaurant(users.db.restaurant), 1)] });
    const { order_id } = order;
    await withAgents(users.db.delivery, 'Asha');

    expect(await ask(queues.placeOrder, order)).toMatchObject({ outcome: 'created' });
    expect(await ask(queues.changeOrderStatus, aChange(order, 'CONFIRMED'))).toMatchObject({ outcome: 'changed' });
    expect(await ask(queues.assignAgent, { order_id })).toMatchObject({ outcome: 'assigned' });
    for (const status of ['PICKED_UP', 'DELIVERED'])
      expect(await ask(queues.updateDeliveryStatus, { order_id, status })).toEqual({ outcome: 'changed' });
    await users.brokers['worker-order'].publish(toExchange(ratingsExchange), {
      order_id,
      order_rating: 4,
      agent_rating: 5,
    });
    await until('the rating at both', async () => {
      const restaurants = await users.db.restaurant.restaurant.count({ where: { ratingCount: 1 } });
      const agents = await users.db.delivery.agent.count({ where: { ratingCount: 1 } });
      return restaurants === 1 && agents === 1;
    });
  });

  test('the delivery API and worker both announce an agent that is free again', async () => {
    const [byApi, byWorker] = [randomUUID(), randomUUID()];
    const event = (order_id: string) => ({ order_id, agent_id: randomUUID(), agent_name: 'Asha' });
    await users.brokers['api-delivery'].publish(toQueue(queues.agentAssigned), event(byApi));
    await users.brokers['worker-delivery'].publish(toQueue(queues.agentAssigned), event(byWorker));
    await until('both events', () => assigned.includes(byApi) && assigned.includes(byWorker));
  });

  test("the services adopt an old program's messages and dead-letter malformed ones", async () => {
    const order = anOrder({ restaurants: [aPart(await withRestaurant(users.db.restaurant), 1)] });
    const waiting = randomUUID();
    await users.refusal('worker-order', async (channel) => {
      channel.sendToQueue(queues.placeOrder, Buffer.from(JSON.stringify(order)));
      channel.sendToQueue(queues.assignAgent, Buffer.from(JSON.stringify({ order_id: waiting })));
      channel.sendToQueue(queues.changeOrderStatus, Buffer.from('no JSON'));
    });
    await until('both orders', () => adopted.includes(order.order_id) && adopted.includes(waiting));
    await until('the dead letter', async () => (await countOf(deadQueue(queues.changeOrderStatus))) === 1);
  });

  test('every connection passes its health check', async () => {
    for (const user of brokerUsers) await expect(users.brokers[user].check()).resolves.toBeUndefined();
  });
});

/** A user that may declare a queue may also count its messages. */
async function countOf(queue: string): Promise<number> {
  let count = -1;
  await users.refusal('api-delivery', async (channel) => {
    count = (await channel.assertQueue(queue, { durable: true })).messageCount;
  });
  return count;
}

describe('a process cannot', () => {
  const own: Record<BrokerUser, QueueName[]> = {
    'api-delivery': [],
    'worker-order': [queues.agentAssigned, queues.adoptOrder],
    'worker-restaurant': [
      queues.placeOrder,
      queues.changeOrderStatus,
      queues.restaurantRatings,
      queues.restaurantEvents,
    ],
    'worker-delivery': [queues.assignAgent, queues.updateDeliveryStatus, queues.deliveryRatings, queues.deliveryEvents],
  };
  const refused = (name: string) => expect.stringMatching(new RegExp(`403 \\(ACCESS-REFUSED\\).*'${name}'`)) as string;

  test.each(brokerUsers)("read another process's queue or any dead letters: %s", async (user) => {
    for (const queue of Object.values(queues)) {
      const names = [queue, retryQueue(queue)];
      for (const name of own[user].includes(queue) ? [] : names) {
        expect(await users.refusal(user, (channel) => channel.get(name))).toEqual(refused(name));
        expect(await users.refusal(user, (channel) => channel.consume(name, () => undefined))).toEqual(refused(name));
        expect(await users.refusal(user, (channel) => channel.purgeQueue(name))).toEqual(refused(name));
      }
      const dead = deadQueue(queue);
      expect(await users.refusal(user, (channel) => channel.get(dead))).toEqual(refused(dead));
    }
  });

  test.each(brokerUsers.filter((user) => user !== 'worker-order'))('publish a rating: %s', async (user) => {
    const publish = async (exchange: string, body: string, channel: { publish: Publish }) =>
      channel.publish(exchange, '', Buffer.from(body));
    expect(await users.refusal(user, (channel) => publish(ratingsExchange, '{}', channel))).toEqual(
      refused(ratingsExchange),
    );
  });

  test.each(brokerUsers)('publish to another exchange, bind a queue or declare a new one: %s', async (user) => {
    const publish = async (channel: { publish: Publish }) =>
      channel.publish('amq.direct', 'anywhere', Buffer.from('{}'));
    expect(await users.refusal(user, publish)).toEqual(refused('amq.direct'));
    const bind = users.refusal(user, (channel) => channel.bindQueue(queues.placeOrder, ratingsExchange, ''));
    expect(await bind).toEqual(refused(queues.placeOrder));
    expect(await users.refusal(user, (channel) => channel.assertQueue('of-mine'))).toEqual(refused('of-mine'));
  });

  // A limit of the broker's permissions: replies need the default exchange, which reaches every queue (docs/security.md).
  test('be kept from publishing to any queue through the default exchange', async () => {
    const send = async (channel: { sendToQueue: (queue: string, body: Buffer) => boolean }) =>
      channel.sendToQueue(deadQueue(queues.agentAssigned), Buffer.from('{}'));
    expect(await users.refusal('api-delivery', send)).toBeUndefined();
    await until('the message', async () => (await countOf(deadQueue(queues.agentAssigned))) === 1);
  });
});

type Publish = (exchange: string, routingKey: string, body: Buffer) => boolean;
