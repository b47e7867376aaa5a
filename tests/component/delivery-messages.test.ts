/** The delivery worker's other messages: ratings, old programs' and malformed ones. */
import { randomUUID } from 'node:crypto';
import { deadQueue, queues, ratingsExchange } from '../../contracts/names';
import { toExchange, toQueue } from '../../lib/broker/message';
import { rateDelivery } from '../../workers/delivery/consumers';
import { deliveryWorkers, withAgents } from '../fixtures/delivery';
import { until } from '../fixtures/until';

let service: Awaited<ReturnType<typeof deliveryWorkers>>;

beforeAll(async () => {
  service = await deliveryWorkers(1);
});
afterAll(() => service.close());
beforeEach(() => service.clear());

test("an old program's request for an agent adopts its order", async () => {
  await withAgents(service.db, 'Asha');
  const order_id = randomUUID();
  service.outsider.send(queues.assignAgent, JSON.stringify({ order_id, added_later: true }));

  expect((await service.outsider.next(queues.adoptOrder)).body).toEqual({ kind: 'needs-agent', order_id });
  expect(await service.db.assignment.count()).toBe(0);
});

describe('a rating', () => {
  const deliver = async (order: string) => {
    await service.assign(order);
    await service.change(order, 'PICKED_UP');
    await service.change(order, 'DELIVERED');
  };
  const rate = (order_id: string, agent_rating: number) =>
    service.broker.publish(toExchange(ratingsExchange), { order_id, order_rating: 1, agent_rating });

  test("counts in its agent's mean over the rated deliveries", async () => {
    await withAgents(service.db, 'Asha');
    for (const rating of [5, 2.5]) {
      const order = randomUUID();
      await deliver(order);
      await rate(order, rating);
    }
    await until('both ratings', async () => (await service.db.agent.findFirst())?.ratingCount === 2);
    expect(await service.db.agent.findFirst()).toMatchObject({ rating: 3.75, ratingSum: 7.5 });
  });

  test('counts once, even if a repeat differs', async () => {
    await withAgents(service.db, 'Asha');
    const order = randomUUID();
    await deliver(order);
    const count = rateDelivery(service.db);
    await Promise.all([4, 4, 4].map((agent_rating) => count({ order_id: order, order_rating: 1, agent_rating })));
    await count({ order_id: order, order_rating: 1, agent_rating: 1 });
    expect(await service.db.agent.findFirst()).toMatchObject({ rating: 4, ratingSum: 4, ratingCount: 1 });
  });

  test.each(['no agent', 'an agent', 'an agent who has picked it up', 'an agent, and was cancelled'])(
    'of an order that has %s is not counted, but dead-lettered with the reason',
    async (which) => {
      if (which !== 'no agent') await withAgents(service.db, 'Asha');
      const order = randomUUID();
      await service.assign(order);
      if (which.endsWith('up')) await service.change(order, 'PICKED_UP');
      if (which.endsWith('cancelled')) await service.change(order, 'CANCELLED');
      await rate(order, 4);
      const { body, headers } = await service.outsider.next(deadQueue(queues.deliveryRatings));
      expect(body).toMatchObject({ order_id: order });
      expect(headers['x-reason']).toContain('NOT_DELIVERED');
      expect(await service.db.agent.count({ where: { ratingCount: { gt: 0 } } })).toBe(0);
    },
  );
});

const malformed: [string, string, RegExp][] = [
  [queues.assignAgent, 'not json', /not JSON/],
  [queues.assignAgent, '{"order_id":"7"}', /order_id/],
  [queues.updateDeliveryStatus, JSON.stringify({ order_id: randomUUID(), status: 'LOST' }), /status/],
  [
    queues.deliveryRatings,
    JSON.stringify({ order_id: randomUUID(), order_rating: 1, agent_rating: 6 }),
    /agent_rating/,
  ],
];
test.each(malformed)(
  'a malformed message on %s (%s) is dead-lettered with the reason',
  async (queue, content, reason) => {
    service.outsider.send(queue, content);
    const { body, headers } = await service.outsider.next(deadQueue(queue));
    expect(body).toEqual(content.startsWith('{') ? JSON.parse(content) : content);
    expect(headers['x-reason']).toMatch(reason);
  },
);

test('a malformed request gets a permanent fault', async () => {
  await expect(service.ask(queues.assignAgent, {})).rejects.toMatchObject({
    code: 'MALFORMED_MESSAGE',
    retryable: false,
  });
  await service.outsider.next(deadQueue(queues.assignAgent));
});

test('a request with unknown fields is handled', async () => {
  await service.broker.publish(toQueue(queues.updateDeliveryStatus), {
    order_id: randomUUID(),
    status: 'CANCELLED',
    more: 1,
  });
  const tombstones = () => service.db.assignment.count({ where: { status: 'CANCELLED' } });
  await until('the tombstone', async () => (await tombstones()) === 1);
});
