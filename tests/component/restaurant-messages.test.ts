/** The restaurant worker's messages: requests, old programs' orders, ratings, malformed ones. */
import { randomUUID } from 'node:crypto';
import { deadQueue, queues } from '../../contracts/names';
import { anOrder } from '../fixtures/orders';
import { aChange, aPart, restaurantWorker, withRestaurant } from '../fixtures/restaurant';
import { until } from '../fixtures/until';

let service: Awaited<ReturnType<typeof restaurantWorker>>;

beforeAll(async () => {
  service = await restaurantWorker();
});
afterAll(() => service.close());
beforeEach(() => service.clear());

test('a placement and its decisions get replies over the queues', async () => {
  const order = anOrder({ restaurants: [aPart(await withRestaurant(service.db), 2)] });
  expect(await service.place(order)).toEqual({ outcome: 'created', total: '9.00' });
  expect(await service.place(order)).toEqual({ outcome: 'created', total: '9.00' });
  expect(await service.change(aChange(order, 'CONFIRMED'))).toEqual({
    outcome: 'changed',
    total: '9.00',
    from: 'PENDING',
  });
  expect(await service.change(aChange(order, 'CANCELLED', 'no gas'))).toEqual({
    outcome: 'changed',
    total: '9.00',
    from: 'CONFIRMED',
  });
  expect(await service.place(order)).toEqual({ outcome: 'settled', status: 'CANCELLED', total: '9.00' });
});

test('a cancellation before the placement leaves a tombstone, and the placement does nothing', async () => {
  const order = anOrder({ restaurants: [aPart(await withRestaurant(service.db), 2)] });
  expect(await service.change(aChange(order, 'CANCELLED'))).toEqual({ outcome: 'changed' });
  expect(await service.place(order)).toEqual({ outcome: 'settled', status: 'CANCELLED', total: null });
  expect(await service.db.order.count()).toBe(0);
});

test("an old program's order is adopted, not placed, and its time is read as UTC", async () => {
  const order = anOrder({ restaurants: [aPart(await withRestaurant(service.db), 1)] });
  const asOld = { ...order, placed_at: '2026-03-01T12:30:00.123456', added_later: true };
  service.outsider.send(queues.placeOrder, JSON.stringify(asOld));

  const { body } = await service.outsider.next(queues.adoptOrder);
  expect(body).toEqual({ kind: 'placed', order: { ...order, placed_at: '2026-03-01T12:30:00.123Z' } });
  expect(await service.db.orderGroup.count()).toBe(0);
});

test('a published rating reaches the restaurant', async () => {
  const order = anOrder({ restaurants: [aPart(await withRestaurant(service.db), 1)] });
  await service.place(order);
  await service.rate(order.order_id, 4);
  const rated = await until('the rating', () =>
    service.db.restaurant.findFirst({ where: { ratingCount: 1 } }).then((row) => row ?? undefined),
  );
  expect(rated).toMatchObject({ rating: 4 });
});

test('a rating of an unknown order is dead-lettered with the reason', async () => {
  const order_id = randomUUID();
  await service.rate(order_id, 4);
  const { body, headers } = await service.outsider.next(deadQueue(queues.restaurantRatings));
  expect(body).toMatchObject({ order_id });
  expect(headers['x-reason']).toContain('UNKNOWN_ORDER');
});

const placement = (override: object) => JSON.stringify({ ...anOrder(), ...override });
const malformed: [string, string, string, RegExp][] = [
  ['malformed JSON', queues.placeOrder, 'not json', /not JSON/],
  ['no order id', queues.placeOrder, placement({ order_id: undefined }), /order_id/],
  ['an order id that is no UUID', queues.placeOrder, placement({ order_id: '7' }), /order_id/],
  ['no restaurant', queues.placeOrder, placement({ restaurants: [] }), /restaurants/],
  ['a status other than PENDING', queues.placeOrder, placement({ status: 'CONFIRMED' }), /status/],
  ['an invalid date', queues.placeOrder, placement({ placed_at: '2026-13-45T00:00:00' }), /placed_at/],
  ['a year that cannot be stored', queues.placeOrder, placement({ placed_at: '0000-01-01T00:00:00' }), /placed_at/],
  ['an unknown status', queues.changeOrderStatus, JSON.stringify({ ...anOrder(), status: 'LOST' }), /status/],
  [
    'a rating out of range',
    queues.restaurantRatings,
    JSON.stringify({ order_id: randomUUID(), order_rating: 6, agent_rating: 1 }),
    /order_rating/,
  ],
];
test.each(malformed)(
  'a message with %s on %s is dead-lettered with the reason',
  async (_what, queue, content, reason) => {
    service.outsider.send(queue, content);
    const { body, headers } = await service.outsider.next(deadQueue(queue));
    expect(body).toEqual(content.startsWith('{') ? JSON.parse(content) : content);
    expect(headers['x-reason']).toMatch(reason);
  },
);

test('a malformed request gets a permanent fault', async () => {
  await expect(service.ask(queues.placeOrder, {})).rejects.toMatchObject({
    code: 'MALFORMED_MESSAGE',
    retryable: false,
  });
  await service.outsider.next(deadQueue(queues.placeOrder));
});
