/** The course of an order, driven by updates and by signals. */
import { sendCommand } from '../../../api/order-commands';
import { alreadyApplied } from '../../../contracts/names';
import type { FirstPlacement } from '../../../contracts/workflow';
import {
  cancelUpdate,
  decideUpdate,
  deliveryStatusSignal,
  restaurantDecisionSignal,
} from '../../../workflows/messages';
import { calledDurably, confirm, done, move, orderStage, refusalOf } from '../../fixtures/order-stage';
import { until } from '../../fixtures/until';
import { agent, type OrderUnderTest } from '../../fixtures/workflows';

const { given, temporal } = orderStage();

describe('the course of an order', () => {
  it('runs from placement to delivery in local activities only', async () => {
    const order = await given();
    expect(await order.place()).toMatchObject({ outcome: 'placed', total: '12.50' });
    expect(await confirm(order)).toEqual(done);
    expect(await move(order, 'PICKED_UP')).toEqual(done);
    expect(await move(order, 'DELIVERED')).toEqual(done);

    expect(await order.handle.result()).toEqual({ outcome: 'DELIVERED', reason: null });
    expect(order.services.calls).toEqual([
      'recordOrder',
      'createOrder',
      'changeOrder CONFIRMED',
      'assignAgent',
      'recordProgress CONFIRMED',
      'changeDelivery PICKED_UP',
      'changeDelivery DELIVERED',
      'recordProgress CONFIRMED',
    ]);
    expect(await order.durableCalls()).toEqual([]);
    const view = await order.view();
    expect(view).toMatchObject({ status: 'CONFIRMED', delivery: 'DELIVERED', agent, total: '12.50' });
    expect(view.timeline.map(({ event }) => event)).toEqual([
      'placed',
      'accepted by the restaurant side',
      'confirmed by the restaurant',
      'agent assigned',
      'picked up',
      'delivered',
    ]);
  });

  it('can be driven by signals alone; refused signals are noted in the timeline', async () => {
    const order = await given();
    await order.sees('accepted by the restaurant side');
    await order.handle.signal(deliveryStatusSignal, 'DELIVERED');
    await order.handle.signal(restaurantDecisionSignal, 'MAYBE');
    await order.handle.signal(restaurantDecisionSignal, { status: 'CONFIRMED' });
    await order.handle.signal(restaurantDecisionSignal, 'CONFIRMED');
    await order.sees('agent assigned');
    await order.handle.signal(deliveryStatusSignal, 'PICKED_UP');
    await order.handle.signal(deliveryStatusSignal, 'DELIVERED');

    expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
    const ignored = (await order.view()).timeline.filter(({ event }) => event.endsWith('ignored'));
    expect(ignored.map(({ detail }) => detail)).toEqual([
      'The restaurant has not confirmed the order yet.',
      'malformed input "MAYBE"',
      'malformed input {"status":"CONFIRMED"}',
    ]);
  });

  it('answers repeats as already applied, and refuses illegal commands', async () => {
    const order = await given();
    await order.place();
    expect(await refusalOf(move(order, 'PICKED_UP'))).toBe('ILLEGAL_TRANSITION');
    await confirm(order);
    expect(await refusalOf(confirm(order))).toBe(alreadyApplied);
    expect(await refusalOf(order.update(decideUpdate, { status: 'CANCELLED' }))).toBe('DECISION_NOT_ALLOWED');
    expect(await refusalOf(move(order, 'DELIVERED'))).toBe('ILLEGAL_TRANSITION');
    await move(order, 'PICKED_UP');
    expect(await refusalOf(move(order, 'PICKED_UP'))).toBe(alreadyApplied);
    expect(await refusalOf(order.update(cancelUpdate, {}))).toBe('CANCEL_TOO_LATE');
    await move(order, 'DELIVERED');
    expect(order.services.calls.filter((call) => call === 'changeDelivery PICKED_UP')).toHaveLength(1);
  });

  it('answers a repeated command as done, from an API as from the repair', async () => {
    const order = await given();
    await order.place();
    const { order_id } = order.input.order;
    for (let sent = 0; sent < 2; sent++) {
      const answer = await sendCommand(temporal(), order_id, { kind: 'decide', status: 'CONFIRMED' });
      expect(answer).toEqual({ state: 'completed', value: done });
    }
    expect(order.services.calls.filter((call) => call === 'changeOrder CONFIRMED')).toHaveLength(1);
  });

  it('accepts an early decision and an early pick-up, and carries them out in turn', async () => {
    let release: () => void = () => undefined;
    const restaurantAnswers = new Promise<void>((resolve) => (release = resolve));
    const order = await given({
      createOrder: () => restaurantAnswers.then(() => ({ outcome: 'created', total: '1.00' })),
    });
    await calledDurably(order, 'createOrder');
    const confirmed = confirm(order);
    await until('the decision is accepted', async () => (await acceptedUpdates(order)) >= 1);
    const pickedUp = move(order, 'PICKED_UP');
    await until('the pick-up is accepted', async () => (await acceptedUpdates(order)) >= 2);
    release();
    expect(await confirmed).toEqual(done);
    expect(await pickedUp).toEqual(done);
  });
});

const acceptedUpdates = async (order: OrderUnderTest): Promise<number> => {
  const { events } = await order.handle.fetchHistory();
  return (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
};

describe('a placement that is repeated', () => {
  it('gets the first outcome, even after the order has ended', async () => {
    const order = await given({ createOrder: async () => ({ outcome: 'rejected', reason: 'no soup today' }) });
    const first = await order.place();
    await order.handle.result();
    expect(await order.place()).toEqual(first);
  });

  it('changes nothing when an earlier run has moved the order beyond PENDING', async () => {
    const first = aFirstPlacement({ status: 'CONFIRMED', delivered: true, total: '9.00' });
    const order = await given({ recordOrder: async () => ({ outcome: 'settled', first }) });
    const { bodyHash, placedAt, total, reason } = first;
    expect(await order.place()).toEqual({ outcome: 'settled', bodyHash, placedAt, total, reason });
    expect(await order.handle.result()).toMatchObject({ outcome: 'SETTLED' });
    expect(order.services.calls).toEqual(['recordOrder']);
  });

  it('adopts an order that an earlier run has left CONFIRMED', async () => {
    const first = aFirstPlacement({ status: 'CONFIRMED', total: '9.00' });
    const order = await given({ recordOrder: async () => ({ outcome: 'settled', first }) });
    expect(await order.place()).toMatchObject({ outcome: 'settled', placedAt: first.placedAt, total: '9.00' });
    expect(await order.sees('agent assigned')).toMatchObject({ status: 'CONFIRMED', total: '9.00' });
    expect(await move(order, 'PICKED_UP')).toEqual(done);
  });

  it('changes nothing when an earlier run has placed another body', async () => {
    const first = aFirstPlacement({ bodyHash: 'b'.repeat(64) });
    const order = await given({ recordOrder: async () => ({ outcome: 'settled', first }) });
    expect(await order.place()).toMatchObject({ outcome: 'settled', bodyHash: first.bodyHash });
    expect(order.services.calls).toEqual(['recordOrder']);
  });

  it('continues an order that an earlier run has left PENDING, and is answered with the first placement', async () => {
    const { placedAt } = aFirstPlacement();
    const order = await given({ recordOrder: async () => ({ outcome: 'recorded', placedAt }) });
    expect(await order.place()).toMatchObject({ outcome: 'placed', placedAt });
    expect(order.services.calls).toEqual(['recordOrder', 'createOrder']);
  });
});

/** A customer's record with the body of `anOrderInput`, placed an hour ago. */
const aFirstPlacement = (override: Partial<FirstPlacement> = {}): FirstPlacement => ({
  status: 'PENDING',
  delivered: false,
  placedAt: new Date(Date.now() - 3_600_000).toISOString(),
  bodyHash: 'a'.repeat(64),
  total: null,
  reason: null,
  ...override,
});
