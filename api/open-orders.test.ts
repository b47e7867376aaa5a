import { createOpenOrders } from './open-orders';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const order = { order_id: 'order', user_id: 'user' };
const open = (room: boolean) => {
  const hasRoom = jest.fn(async () => room);
  return { ...createOpenOrders(hasRoom), hasRoom };
};

test('a customer who was not refused is not looked up', async () => {
  const { refusal, hasRoom } = open(false);
  expect(await refusal(order)).toBeUndefined();
  expect(hasRoom).not.toHaveBeenCalled();
});

test('one who was refused is refused by the records alone, for as long as these say so', async () => {
  const full = open(false);
  full.refused('user');
  expect(await full.refusal(order)).toMatchObject({ refused: 'TOO_MANY_OPEN_ORDERS' });
  expect(await full.refusal({ ...order, user_id: 'another' })).toBeUndefined();
  const roomy = open(true);
  roomy.refused('user');
  expect(await roomy.refusal(order)).toBeUndefined();
});

test('after a while the workflow decides again', async () => {
  const { refused, refusal } = open(false);
  refused('user');
  jest.advanceTimersByTime(10_001);
  expect(await refusal(order)).toBeUndefined();
});
