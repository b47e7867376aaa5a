/** Orders of several restaurants, and jobs that couriers hand back, through the whole running system. */
import { randomUUID } from 'node:crypto';
import { until } from '../fixtures/until';
import { decidePart as decide, partOf, placedAtTwo } from './fixtures/two-kitchens';
import {
  addAgent,
  agentOf,
  assigned,
  call,
  deliver,
  events,
  historyOf,
  isReleased,
  move,
  pageOf,
  type AnyBody,
  type Kitchen,
  type Placed,
} from './fixtures/platform';

describe('an order of two restaurants', () => {
  test('waits for both; each sees what it still has to decide', async () => {
    const { order, a, b } = await placedAtTwo();
    await addAgent();
    expect(await decide(order, 'CONFIRMED', a)).toMatchObject({ status: 200, body: { data: { status: 'PENDING' } } });
    expect(await decide(order, 'CONFIRMED', a)).toMatchObject({ status: 200 });
    const pendingAt = async ({ id }: Kitchen) =>
      (await call('restaurant', 'GET', `/orders?restaurant_id=${id}&status=PENDING`)).status;
    expect([await pendingAt(a), await pendingAt(b)]).toEqual([404, 200]);
    expect(await decide(order, 'CONFIRMED', b)).toMatchObject({ status: 200, body: { data: { status: 'CONFIRMED' } } });
    await agentOf(order);
  });

  test('is cancelled when one refuses', async () => {
    const { order, a, b } = await placedAtTwo();
    await decide(order, 'CONFIRMED', a);
    expect((await decide(order, 'CANCELLED', b, 'no gas')).status).toBe(200);
    expect(await pageOf(order)).toMatchObject({ status: 'CANCELLED', reason: 'no gas' });
    expect([await partOf(order, a), await partOf(order, b)]).toEqual(['CANCELLED', 'CANCELLED']);
  });

  test('with keep_rest continues without the one that refuses, at the price of the rest', async () => {
    const { order, a, b } = await placedAtTwo('keep_rest');
    await addAgent();
    expect((await decide(order, 'CANCELLED', b, 'no gas')).status).toBe(200);
    expect((await decide(order, 'CONFIRMED', a)).status).toBe(200);
    await agentOf(order);
    await deliver(order);
    expect(await pageOf(order)).toMatchObject({ status: 'CONFIRMED', total: 4.5 });
    expect([await partOf(order, a), await partOf(order, b)]).toEqual(['CONFIRMED', 'CANCELLED']);
    await until("the customer's record has the total", async () => (await historyOf(order))[0]?.total === 4.5);
    expect((await decide(order, 'CONFIRMED', a)).status).toBe(200); // a late repeat
    expect(await decide(order, 'CONFIRMED', b)).toMatchObject({ status: 400, body: { code: 'DECISION_NOT_ALLOWED' } });
  });

  test.each([randomUUID(), 'no-uuid'])(
    'answers 404 to the decision of restaurant %s, which has no part in it',
    async (id) => {
      const { order } = await placedAtTwo();
      expect((await decide(order, 'CONFIRMED', { id })).status).toBe(404);
    },
  );

  test('with an unknown on_partial_refusal is 422', async () => {
    const body = { user_id: randomUUID(), restaurants: [], on_partial_refusal: 'keep_some' };
    const { status, body: answer } = await call<AnyBody>('user', 'POST', '/orders', body);
    expect(status).toBe(422);
    expect(answer.errors?.map(({ path }) => path)).toContain('on_partial_refusal');
  });
});

const decline = ({ order_id }: Placed, body?: object) =>
  call('delivery', 'POST', `/deliveries/${order_id}/decline`, body);

describe('a courier who hands a job back', () => {
  test('is released, and the order continues with another agent', async () => {
    const order = await assigned();
    await addAgent();
    expect(await decline(order, { agent_id: order.agent_id, reason: 'flat tyre' })).toMatchObject({
      status: 200,
      body: { success: true },
    });
    const next = await until('another agent is assigned', async () => {
      const agent = (await pageOf(order)).agent?.agent_id;
      return agent !== order.agent_id && agent;
    });
    expect(next).not.toBe(order.agent_id);
    expect(await isReleased(order.agent_id, order)).toBe(true);
    expect((await decline(order, { agent_id: order.agent_id })).status).toBe(200); // a repeat takes it from no other agent
    await deliver(order);
    expect(events(await pageOf(order))).toContain('handed back');
  });

  test('after the pick-up, or without ever having had it, is refused (409)', async () => {
    const order = await assigned();
    expect((await decline(order, { agent_id: randomUUID() })).status).toBe(409);
    await move(order, 'PICKED_UP');
    expect((await decline(order)).status).toBe(409);
    await move(order, 'DELIVERED');
    expect((await decline(order)).status).toBe(409);
  });

  test('of an unknown order, or with an id that is no UUID, gets 404', async () => {
    const order = await assigned();
    expect((await decline({ ...order, order_id: randomUUID() })).status).toBe(404);
    expect((await decline({ ...order, order_id: 'no-uuid' })).status).toBe(404);
    expect((await decline(order, { agent_id: 'no-uuid' })).status).toBe(404);
  });
});
