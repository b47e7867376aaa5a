/** Orders whose services are slow or unavailable. */
import { cancelUpdate } from '../../../workflows/messages';
import { confirm, done, never, orderStage, undoCalls, type ServedOrder } from '../../fixtures/order-stage';
import { until } from '../../fixtures/until';

const { given } = orderStage();

describe('a service that is slow or unavailable', () => {
  it('is called durably for a while after a failed local attempt, then locally again', async () => {
    let failures = 1;
    const order = await given(
      {
        createOrder: async () => {
          if (failures-- > 0) throw new Error('unavailable');
          return { outcome: 'created', total: '3.00' };
        },
      },
      { avoidLocalMs: 1_500 },
    );
    expect(await order.place()).toMatchObject({ outcome: 'placed', total: '3.00' });
    expect(await order.durableCalls()).toEqual(['createOrder']);
    await until('the service may be called locally again', async () => {
      const fellBack = (await order.view()).timeline.find(({ event }) =>
        event.startsWith('restaurant service slow or unavailable'),
      );
      return fellBack && Date.now() - Date.parse(fellBack.at) > 2_000;
    });
    expect(await confirm(order)).toEqual(done);
    expect(await order.durableCalls()).toEqual(['createOrder']);
  });

  it('is not called locally again at once', async () => {
    let failures = 1;
    const order = await given({
      createOrder: async () => {
        if (failures-- > 0) throw new Error('unavailable');
        return { outcome: 'created', total: '3.00' };
      },
    });
    await order.place();
    await confirm(order);
    expect(await order.durableCalls()).toEqual(['createOrder', 'confirmOrder']);
  });

  it('does not let a limit cut off an accepted step', async () => {
    let answer = false;
    const order = await given(
      { changeOrder: () => (answer ? Promise.resolve({ outcome: 'changed' }) : never()) },
      { decisionLimitMs: 5_000, attemptMs: 400, retryIntervalMs: 100 },
    );
    const confirmed = confirm(order);
    await order.sees('restaurant service slow or unavailable, retrying');
    await until('the limit has passed', async () => (await timerFired(order)) && true);
    answer = true;
    expect(await confirmed).toEqual(done);
    expect(await order.sees('agent assigned')).toMatchObject({ status: 'CONFIRMED' });
  });

  it('does not delay the compensations of other services', async () => {
    const order = await given({ changeDelivery: never });
    await confirm(order);
    await order.sees('agent assigned');
    void order.update(cancelUpdate, {}).catch(() => undefined); // answered when the delivery side is back: not in this test
    await until('the restaurant is called', () => undoCalls(order).includes('changeOrder CANCELLED'));
    await order.handle.terminate();
  });
});

async function timerFired({ handle }: ServedOrder): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).some(({ timerFiredEventAttributes }) => timerFiredEventAttributes);
}
