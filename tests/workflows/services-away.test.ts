/** An order whose services are slow or away. */
import { confirm, done, orderStage } from '../fixtures/order-stage';
import { until } from '../fixtures/until';

const { given } = orderStage();

describe('a service that is slow or away', () => {
  it('is called durably after a failed local attempt, for a while, and locally again after that', async () => {
    let failures = 1;
    const order = await given(
      {
        createOrder: async () => {
          if (failures-- > 0) throw new Error('away');
          return { outcome: 'created', total: '3.00' };
        },
      },
      { avoidLocalMs: 1_500 },
    );
    expect(await order.place()).toMatchObject({ outcome: 'placed', total: '3.00' });
    expect(await order.durableCalls()).toEqual(['createOrder']);
    await until('the service may be tried locally again', async () => {
      const fellBack = (await order.view()).timeline.find(({ event }) => event.startsWith('restaurant slow or away'));
      return fellBack && Date.now() - Date.parse(fellBack.at) > 2_000;
    });
    expect(await confirm(order)).toEqual(done);
    expect(await order.durableCalls()).toEqual(['createOrder']);
  });

  it('is not tried locally again at once', async () => {
    let failures = 1;
    const order = await given({
      createOrder: async () => {
        if (failures-- > 0) throw new Error('away');
        return { outcome: 'created', total: '3.00' };
      },
    });
    await order.place();
    await confirm(order);
    expect(await order.durableCalls()).toEqual(['createOrder', 'changeOrder']);
  });
});
