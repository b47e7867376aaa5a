/** An old program's order that comes long after its placement, or from the future: no restaurant sees it before an operator has decided. */
import {
  cancelUpdate,
  decideUpdate,
  deliveryStatusSignal,
  restaurantDecisionSignal,
} from '../../../workflows/messages';
import { confirm, done, never, orderStage, undoCalls } from '../../fixtures/order-stage';

const { given, givenInput, isFound } = orderStage();
const stale = { stale: true };
const held = 'placed too long ago or in the future: needs attention';

describe('a stale order', () => {
  it('is recorded, asks for attention, and is kept from the restaurant side', async () => {
    const order = await given({}, {}, stale);
    expect(await order.sees(held)).toMatchObject({ status: 'PENDING', attention: 'STALE', total: null });
    await isFound(order, 'STALE');
    expect(order.services.calls).toEqual(['recordOrder']);
    expect(await order.update(cancelUpdate, {})).toEqual(done);
  });

  it('that an operator confirms is created and confirmed at once, and asks for attention no longer', async () => {
    const order = await given({}, {}, stale);
    await order.sees(held);
    expect(await confirm(order)).toEqual(done);
    expect(await order.place()).toMatchObject({ outcome: 'placed', total: '12.50' });
    expect(await order.sees('agent assigned')).toMatchObject({ status: 'CONFIRMED', attention: null });
    expect(order.services.calls.slice(0, 3)).toEqual(['recordOrder', 'createOrder', 'changeOrder CONFIRMED']);
    await isFound(order, 'STALE', false);
  });

  it('can be confirmed by the signal of the stock command line; a repeat changes nothing', async () => {
    const order = await given({}, {}, stale);
    await order.sees(held);
    await order.handle.signal(restaurantDecisionSignal, 'CONFIRMED');
    await order.handle.signal(restaurantDecisionSignal, 'CONFIRMED');
    await order.sees('agent assigned');
    expect(order.services.calls.filter((call) => call === 'changeOrder CONFIRMED')).toHaveLength(1);
  });

  it('of which an operator confirms a part is offered to the other restaurants', async () => {
    const [one, other] = [1, 2].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [string, string];
    const items = [{ menu_item_id: one, quantity: 1 }];
    const restaurants = [one, other].map((restaurant_id) => ({ restaurant_id, items }));
    const order = await givenInput({}, { ...stale, order: { restaurants } });
    await order.sees(held);
    expect(await order.update(decideUpdate, { status: 'CONFIRMED', restaurant_id: one })).toEqual(done);
    expect(await order.view()).toMatchObject({ status: 'PENDING', parts: { [one]: 'CONFIRMED', [other]: 'PENDING' } });
    expect(await order.update(decideUpdate, { status: 'CONFIRMED', restaurant_id: other })).toEqual(done);
  });

  it.each([
    ['refuses', (order: Started) => order.handle.signal(restaurantDecisionSignal, 'CANCELLED')],
    ['cancels', (order: Started) => order.update(cancelUpdate, { reason: 'no longer hungry' })],
  ])('that an operator or its customer %s is never created', async (_what, end) => {
    const order = await given({}, {}, stale);
    await order.sees(held);
    await end(order);
    expect(await order.handle.result()).toMatchObject({ outcome: 'CANCELLED' });
    expect(await order.view()).toMatchObject({ status: 'CANCELLED', attention: null });
    expect(order.services.calls).not.toContain('createOrder');
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('without a decision is cancelled at its limit', async () => {
    const order = await given({}, { staleAfterMs: 500 }, stale);
    const reason = 'placed too long ago or in the future';
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason });
    expect(order.services.calls).not.toContain('createOrder');
  });

  it('is not ended by the limit of a placement, which counts from the decision', async () => {
    const limit = { placementLimitMs: 1_500 };
    const order = await given({ createOrder: never }, limit, stale);
    await order.sees(held);
    const later = await given({ createOrder: never }, limit);
    await later.handle.result();
    expect(await order.view()).toMatchObject({ attention: 'STALE' });
    await order.handle.signal(restaurantDecisionSignal, 'CONFIRMED');
    expect(await order.handle.result()).toMatchObject({ reason: 'the restaurant side did not answer in time' });
    expect(order.services.calls).toContain('createOrder');
  });

  it('refuses a pick-up, and waits on', async () => {
    const order = await given({}, {}, stale);
    await order.sees(held);
    await order.handle.signal(deliveryStatusSignal, 'PICKED_UP');
    expect(await order.sees('signal deliveryStatus ignored')).toMatchObject({ status: 'PENDING', attention: 'STALE' });
    expect(order.services.calls).toEqual(['recordOrder']);
  });

  it('that has ended long ago, whose message comes again, is left as it is', async () => {
    const first = { status: 'CONFIRMED', delivered: true, total: '9.00', reason: null } as const;
    const settled = { ...first, placedAt: new Date(0).toISOString(), bodyHash: null };
    const order = await given({ recordOrder: async () => ({ outcome: 'settled', first: settled }) }, {}, stale);
    expect(await order.handle.result()).toEqual({ outcome: 'SETTLED', reason: 'placed before, CONFIRMED' });
    expect(order.services.calls).toEqual(['recordOrder']);
  });
});

type Started = Awaited<ReturnType<typeof given>>;
