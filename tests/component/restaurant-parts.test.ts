/** One restaurant's decision on its part of an order, and its effect on the whole order. */
import type { PlaceOrderMessage } from '../../contracts/messages';
import type { Decision } from '../../contracts/states';
import { aChange, aPart, restaurantHandlers, withRestaurant, type Kitchen } from '../fixtures/restaurant';

let service: Awaited<ReturnType<typeof restaurantHandlers>>;
let a: Kitchen;
let b: Kitchen;
beforeAll(async () => {
  service = await restaurantHandlers();
  a = await withRestaurant(service.db);
  b = await withRestaurant(service.db);
});
afterAll(() => service.close());

/** An order of a soup at 4.50 from each restaurant. */
const placed = () => service.placed(a, { restaurants: [aPart(a, 1), aPart(b, 1)] });
const decide = (order: PlaceOrderMessage, { id }: Kitchen, to: Decision, reason?: string) =>
  service.change({ ...aChange(order, to, reason), restaurant_id: id });
const stored = async (order: PlaceOrderMessage) => {
  const group = await service.db.orderGroup.findUniqueOrThrow({
    where: { orderId: order.order_id },
    include: { orders: true },
  });
  const part = ({ id }: Kitchen) => group.orders.find(({ restaurantId }) => restaurantId === id);
  return { status: group.status, total: group.total?.toFixed(2), reason: group.reason, a: part(a), b: part(b) };
};

test('the order is CONFIRMED when each part is', async () => {
  const order = await placed();
  expect(await decide(order, a, 'CONFIRMED')).toEqual({ outcome: 'changed', total: '9.00' });
  expect(await stored(order)).toMatchObject({
    status: 'PENDING',
    a: { status: 'CONFIRMED' },
    b: { status: 'PENDING' },
  });
  expect(await decide(order, b, 'CONFIRMED')).toEqual({ outcome: 'changed', total: '9.00' });
  expect(await stored(order)).toMatchObject({ status: 'CONFIRMED', total: '9.00' });
});

test('a refusal reduces the total to the rest and is recorded with its part', async () => {
  const order = await placed();
  expect(await decide(order, a, 'CANCELLED', 'no gas')).toEqual({ outcome: 'changed', total: '4.50' });
  expect(await stored(order)).toMatchObject({
    status: 'PENDING',
    reason: null,
    a: { status: 'CANCELLED', reason: 'no gas' },
  });
  expect(await decide(order, b, 'CONFIRMED')).toEqual({ outcome: 'changed', total: '4.50' });
  expect(await stored(order)).toMatchObject({ status: 'CONFIRMED', total: '4.50' });
});

test('the order is CANCELLED when no part is left, and keeps its last total', async () => {
  const order = await placed();
  await decide(order, a, 'CANCELLED', 'no gas');
  await decide(order, b, 'CANCELLED', 'no bread');
  expect(await stored(order)).toMatchObject({ status: 'CANCELLED', total: '4.50', reason: 'no bread' });
});

test('a repeated decision is unchanged and returns the total; an illegal one is refused with the status', async () => {
  const order = await placed();
  await decide(order, a, 'CANCELLED', 'no gas');
  expect(await decide(order, a, 'CANCELLED', 'again')).toEqual({ outcome: 'unchanged', total: '4.50' });
  expect(await decide(order, a, 'CONFIRMED')).toEqual({ outcome: 'refused', status: 'CANCELLED' });
  const third = await withRestaurant(service.db);
  expect(await decide(order, third, 'CONFIRMED')).toEqual({ outcome: 'refused', status: null });
});

test('two concurrent decisions confirm the order', async () => {
  const order = await placed();
  await Promise.all([decide(order, a, 'CONFIRMED'), decide(order, b, 'CONFIRMED')]);
  expect(await stored(order)).toMatchObject({ status: 'CONFIRMED' });
});

test('a decision on the whole order leaves a refused part refused', async () => {
  const order = await placed();
  await decide(order, a, 'CANCELLED', 'no gas');
  await service.change(aChange(order, 'CONFIRMED'));
  expect(await stored(order)).toMatchObject({
    status: 'CONFIRMED',
    a: { status: 'CANCELLED' },
    b: { status: 'CONFIRMED' },
  });
});
