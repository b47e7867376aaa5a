/** Orders of several restaurants, each of which decides on its part. */
import type { PartialRefusal } from '../../../contracts/states';
import type { OrderPolicy } from '../../../contracts/policy';
import type { Activities } from '../../../activities';
import { decideUpdate, moveDeliveryUpdate } from '../../../workflows/messages';
import { aGate } from '../../fixtures/gate';
import { done, move, orderStage, refusalOf, undoCalls, type ServedOrder } from '../../fixtures/order-stage';
import { agent } from '../../fixtures/workflows';

const { givenInput } = orderStage();

const a = '00000000-0000-4000-8000-0000000000aa';
const b = '00000000-0000-4000-8000-0000000000bb';
const items = [{ menu_item_id: '00000000-0000-4000-8000-0000000000cc', quantity: 1 }];
const restaurants = [a, b].map((restaurant_id) => ({ restaurant_id, items }));

/** The restaurant side returns the remaining total after it has cancelled a part. */
const changeOrder: Activities['changeOrder'] = async ({ status, restaurant_id }) =>
  status === 'CANCELLED' && restaurant_id ? { outcome: 'changed', total: '4.50' } : { outcome: 'changed' };

async function givenPlaced(onPartialRefusal?: PartialRefusal, policy: Partial<OrderPolicy> = {}): Promise<ServedOrder> {
  const order = await givenInput(
    { changeOrder },
    { order: { restaurants }, ...(onPartialRefusal && { onPartialRefusal }) },
    policy,
  );
  await order.place();
  return order;
}

const decide = (order: ServedOrder, status: 'CONFIRMED' | 'CANCELLED', restaurant_id?: string, reason?: string) =>
  order.update(decideUpdate, { status, restaurant_id, reason });

describe('an order of two restaurants', () => {
  it('is CONFIRMED when both have confirmed their parts, and not before', async () => {
    const order = await givenPlaced();
    expect(await decide(order, 'CONFIRMED', a)).toEqual(done);
    expect(await order.view()).toMatchObject({ status: 'PENDING', parts: { [a]: 'CONFIRMED', [b]: 'PENDING' } });
    expect(await refusalOf(move(order, 'PICKED_UP'))).toBe('ILLEGAL_TRANSITION');
    expect(await decide(order, 'CONFIRMED', b)).toEqual(done);
    expect(await order.sees('agent assigned')).toMatchObject({ status: 'CONFIRMED' });
  });

  it('is CONFIRMED by one decision on the whole order', async () => {
    const order = await givenPlaced();
    await decide(order, 'CONFIRMED', a);
    expect(await decide(order, 'CONFIRMED')).toEqual(done);
    expect(await order.view()).toMatchObject({ status: 'CONFIRMED', parts: { [a]: 'CONFIRMED', [b]: 'CONFIRMED' } });
  });

  it('is cancelled when one refuses, unless the customer wants the rest', async () => {
    const order = await givenPlaced();
    await decide(order, 'CONFIRMED', a);
    expect(await decide(order, 'CANCELLED', b, 'no gas')).toEqual(done);
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'no gas' });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('refuses a decision of a third restaurant', async () => {
    const order = await givenPlaced();
    expect(await refusalOf(decide(order, 'CONFIRMED', items[0]?.menu_item_id))).toBe('UNKNOWN_RESTAURANT');
  });
});

describe('an order with keep_rest', () => {
  it('continues without the restaurant that refuses, with the total of the rest', async () => {
    const order = await givenPlaced('keep_rest');
    expect(await decide(order, 'CANCELLED', b, 'no gas')).toEqual(done);
    expect(await order.view()).toMatchObject({ status: 'PENDING', total: '4.50', parts: { [b]: 'CANCELLED' } });
    expect(await decide(order, 'CONFIRMED', a)).toEqual(done);
    expect(await order.sees('agent assigned')).toMatchObject({ status: 'CONFIRMED', total: '4.50' });
  });

  it('continues without a part that is cancelled while the courier is on the way', async () => {
    const order = await givenPlaced('keep_rest');
    await decide(order, 'CONFIRMED');
    await order.sees('agent assigned');
    expect(await refusalOf(decide(order, 'CANCELLED', b))).toBe('DECISION_NOT_ALLOWED'); // without a reason
    expect(await decide(order, 'CANCELLED', b, 'it burnt')).toEqual(done);
    expect(await order.view()).toMatchObject({ status: 'CONFIRMED', total: '4.50', parts: { [a]: 'CONFIRMED' } });
    expect(await move(order, 'PICKED_UP')).toEqual(done);
    expect(await refusalOf(decide(order, 'CANCELLED', a, 'it burnt'))).toBe('DECISION_NOT_ALLOWED');
  });

  it('is cancelled when one restaurant does not decide in time: silence is no refusal', async () => {
    const order = await givenPlaced('keep_rest', { decisionLimitMs: 2_000 });
    expect(await decide(order, 'CONFIRMED', a)).toEqual(done);
    const reason = 'the restaurant did not decide in time';
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason });
    expect(await order.view()).toMatchObject({ parts: { [a]: 'CANCELLED', [b]: 'CANCELLED' } });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('is cancelled when no part remains', async () => {
    const order = await givenPlaced('keep_rest');
    await decide(order, 'CANCELLED', a, 'no gas');
    expect(await decide(order, 'CANCELLED', b, 'no bread')).toEqual(done);
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'no bread' });
  });
});

test('a part that is cancelled before the pick-up is known stays in the order', async () => {
  const [reached, gate] = [aGate(), aGate()];
  const order = await givenInput(
    {
      changeOrder,
      assignAgent: async () => {
        reached.open();
        await gate.promise;
        return { outcome: 'assigned', ...agent, status: 'PENDING' };
      },
    },
    { order: { restaurants }, onPartialRefusal: 'keep_rest' },
  );
  await order.place();
  await decide(order, 'CONFIRMED');
  await reached.promise;
  const send = { waitForStage: 'ACCEPTED' } as const;
  const pickedUp = await order.handle.startUpdate(moveDeliveryUpdate, { args: [{ status: 'PICKED_UP' }], ...send });
  const part = { status: 'CANCELLED', restaurant_id: b, reason: 'no gas' } as const;
  const givenUp = await order.handle.startUpdate(decideUpdate, { args: [part], ...send });
  gate.open();
  expect(await pickedUp.result()).toEqual(done);
  expect(await givenUp.result()).toMatchObject({ outcome: 'refused', code: 'DECISION_NOT_ALLOWED' });
  expect(await order.view()).toMatchObject({ total: '12.50', parts: { [a]: 'CONFIRMED', [b]: 'CONFIRMED' } });
  await move(order, 'DELIVERED');
});
