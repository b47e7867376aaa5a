/** Orders that are called off, through the whole running system. */
import { assigned, cancel, decide, delivered, events, isReleased, move, pageOf, placed } from './fixtures/platform';
import { until } from '../fixtures/until';

describe('a cancel by the customer', () => {
  test('before the restaurant has decided cancels the order everywhere', async () => {
    const order = await placed();
    expect(await cancel(order, { reason: 'changed my mind' })).toMatchObject({
      status: 200,
      body: { success: true, data: { order_id: order.order_id, status: 'CANCELLED' } },
    });
    expect(await pageOf(order)).toMatchObject({
      status: 'CANCELLED',
      delivery: null,
      restaurants: [{ status: 'CANCELLED' }],
      reason: 'changed my mind',
    });
  });

  test('before pick-up sets the agent free again', async () => {
    const order = await assigned();
    expect(await cancel(order)).toMatchObject({ status: 200, body: { data: { status: 'CANCELLED' } } });
    expect(await pageOf(order)).toMatchObject({ status: 'CANCELLED', delivery: { status: 'CANCELLED' } });
    await until('the agent is free of this order', () => isReleased(order.agent_id, order));
  });

  test('that is repeated is a success', async () => {
    const order = await placed();
    expect((await cancel(order)).status).toBe(200);
    expect(await cancel(order)).toMatchObject({ status: 200, body: { data: { status: 'CANCELLED' } } });
  });

  test('after pick-up is 409, and the order goes on to its delivery', async () => {
    const order = await assigned();
    await move(order, 'PICKED_UP');
    expect(await cancel(order)).toMatchObject({ status: 409, body: { success: false } });
    expect(await move(order, 'DELIVERED')).toMatchObject({ status: 200 });
    expect(await pageOf(order)).toMatchObject({ status: 'CONFIRMED', delivery: { status: 'DELIVERED' } });
  });

  test('after delivery is 409', async () => {
    expect(await cancel(await delivered())).toMatchObject({ status: 409 });
  });
});

describe('a refusal by the restaurant', () => {
  test('cancels the order and says why', async () => {
    const order = await placed();
    expect(await decide(order, 'CANCELLED', 'out of lentils')).toMatchObject({
      status: 200,
      body: { status: true, data: { status: 'CANCELLED', orders: [{ status: 'CANCELLED' }] } },
    });
    const page = await pageOf(order);
    expect(page).toMatchObject({ status: 'CANCELLED', reason: 'out of lentils', delivery: null });
    expect(events(page).at(-1)).toBe('cancelled');
    expect(await decide(order, 'CANCELLED')).toMatchObject({ status: 200 });
  });

  test('of a confirmed order needs a reason (400), and then sets the agent free', async () => {
    const order = await assigned();
    expect(await decide(order, 'CANCELLED')).toMatchObject({ status: 400, body: { success: false } });
    expect(await decide(order, 'CANCELLED', 'the oven broke')).toMatchObject({ status: 200 });
    await until('the agent is free of this order', () => isReleased(order.agent_id, order));
  });

  test('after pick-up is 400', async () => {
    const order = await assigned();
    await move(order, 'PICKED_UP');
    expect(await decide(order, 'CANCELLED', 'the oven broke')).toMatchObject({ status: 400 });
  });
});

test('a confirmation of a cancelled order is 400', async () => {
  const order = await placed();
  await cancel(order);
  expect(await decide(order, 'CONFIRMED')).toMatchObject({ status: 400, body: { success: false } });
});

test('a cancel by the courier cancels the whole order', async () => {
  const order = await assigned();
  await move(order, 'PICKED_UP');
  expect(await move(order, 'CANCELLED')).toMatchObject({ status: 200, body: { success: true } });
  expect(await pageOf(order)).toMatchObject({ status: 'CANCELLED', restaurants: [{ status: 'CANCELLED' }] });
  await until('the agent is free of this order', () => isReleased(order.agent_id, order));
});
