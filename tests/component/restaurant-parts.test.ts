/** One restaurant's decision on its part of an order, and what it makes of the whole. */
import type { PlaceOrderMessage } from '../../contracts/messages';
import type { Decision } from '../../contracts/states';
import { aChange, asked, restaurantHandlers, withRestaurant, type Kitchen } from '../fixtures/restaurant';

let service: Awaited<ReturnType<typeof restaurantHandlers>>;
let a: Kitchen;
let b: Kitchen;
beforeAll(async () => {
  service = await restaurantHandlers();
  a = await withRestaurant(service.db);
  b = await withRestaurant(service.db);
});
afterAll(() => service.close());

/** A soup of each, at 4.50. */
const placed = () => service.placed(a, { restaurants: [asked(a, 1), asked(b, 1)] });
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

test('the whole is CONFIRMED when each part is', async () => {
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

test('what is left after a refusal makes the total, and the reason stays with the part', async () => {
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

test('the whole is CANCELLED when no part is left, and keeps the total that was asked for last', async () => {
  const order = await placed();
  await decide(order, a, 'CANCELLED', 'no gas');
  await decide(order, b, 'CANCELLED', 'no bread');
  expect(await stored(order)).toMatchObject({ status: 'CANCELLED', total: '4.50', reason: 'no bread' });
});

test('a repeat is unchanged and still tells the total; what the state does not allow is refused with that state', async () => {
  const order = await placed();
  await decide(order, a, 'CANCELLED', 'no gas');
  expect(await decide(order, a, 'CANCELLED', 'again')).toEqual({ outcome: 'unchanged', total: '4.50' });
  expect(await decide(order, a, 'CONFIRMED')).toEqual({ outcome: 'refused', status: 'CANCELLED' });
  const third = await withRestaurant(service.db);
  expect(await decide(order, third, 'CONFIRMED')).toEqual({ outcome: 'refused', status: null });
});

test('both decisions at the same moment confirm the whole', async () => {
  const order = await placed();
  await Promise.all([decide(order, a, 'CONFIRMED'), decide(order, b, 'CONFIRMED')]);
  expect(await stored(order)).toMatchObject({ status: 'CONFIRMED' });
});

test('a decision for all leaves a refused part refused', async () => {
  const order = await placed();
  await decide(order, a, 'CANCELLED', 'no gas');
  await service.change(aChange(order, 'CONFIRMED'));
  expect(await stored(order)).toMatchObject({
    status: 'CONFIRMED',
    a: { status: 'CANCELLED' },
    b: { status: 'CONFIRMED' },
  });
});
