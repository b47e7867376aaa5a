/** Time limits of an order: what happens when they expire, and how that is shown. */
import { confirm, done, move, never, noAgentFree, orderStage, undoCalls } from '../../fixtures/order-stage';

const { given, isFound } = orderStage();

describe('an expired limit', () => {
  it('cancels a placement that the restaurant side never answers', async () => {
    const order = await given({ createOrder: () => never() }, { placementLimitMs: 1_500 });
    expect(await order.place()).toMatchObject({ outcome: 'cancelled' });
    expect(await order.handle.result()).toMatchObject({
      outcome: 'CANCELLED',
      reason: 'the restaurant side did not answer in time',
    });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('cancels an order that the restaurant does not decide', async () => {
    const order = await given({}, { decisionLimitMs: 1_000 });
    expect(await order.handle.result()).toEqual({
      outcome: 'CANCELLED',
      reason: 'the restaurant did not decide in time',
    });
    expect(undoCalls(order)).toEqual(['changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('cancels an order for which no agent is found', async () => {
    const order = await given(noAgentFree, { courierLimitMs: 1_000 });
    await confirm(order);
    expect(await order.handle.result()).toEqual({ outcome: 'CANCELLED', reason: 'no agent was found in time' });
    expect(undoCalls(order)).toEqual(['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('cancels an order that is not picked up', async () => {
    const order = await given({}, { pickupLimitMs: 1_000 });
    await confirm(order);
    expect(await order.handle.result()).toMatchObject({ reason: 'the agent did not pick up in time' });
    expect(undoCalls(order)).toEqual(['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED']);
  });

  it('only sets OrderAttention after pick-up, and the order continues', async () => {
    const order = await given({}, { deliveryAttentionMs: 500 });
    await confirm(order);
    await move(order, 'PICKED_UP');
    await order.sees('late: needs attention');
    expect(await order.attention()).toBe('DELIVERY_LATE');
    await isFound(order, 'DELIVERY_LATE');
    expect(await move(order, 'DELIVERED')).toEqual(done);
    expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
  });
});
