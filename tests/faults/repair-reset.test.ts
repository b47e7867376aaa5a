/** Orders whose workflow was reset: repaired where needed, on a system of their own. */
import { everywhere } from '../e2e/fixtures/everywhere';
import { cancel, delivered, events, move, pageOf, placed, assigned } from '../e2e/fixtures/platform';
import { repair, reset, resetBefore } from '../e2e/fixtures/repairs';
import { hasEnded } from '../e2e/fixtures/temporal-cli';
import { until } from '../fixtures/until';
import { impatient, ownSystem, removeSystem } from './fixtures/own-system';
import { completes, isDeliveredEverywhere, mend, needsNothing, pickedUp } from './fixtures/ways';

jest.setTimeout(150_000); // parts start slowly on a busy machine

beforeAll(() => ownSystem(impatient), 150_000);
afterAll(removeSystem);

describe('an order whose run was reset', () => {
  test('to its first step continues where the records have the order, and needs no repair', async () => {
    const order = await placed();
    await pickedUp(order);
    await reset(order, '--type', 'FirstWorkflowTask');
    await until('the new run has adopted the order', async () => events(await pageOf(order)).includes('adopted'));
    await completes(order);
    await needsNothing(order);
  });

  test('to before its pick-up, with the later updates reapplied, needs no repair', async () => {
    const order = await assigned();
    expect((await move(order, 'PICKED_UP')).status).toBe(200);
    await resetBefore('moveDelivery', order, []);
    await until('it has caught up', async () => events(await pageOf(order)).includes('picked up'));
    await needsNothing(order);
    await completes(order);
  });

  test.each(['decide', 'moveDelivery'])(
    'to before its first "%s", which is lost, gets it again from a repair, and is delivered',
    async (forgotten) => {
      const order = await placed();
      await pickedUp(order);
      await resetBefore(forgotten, order);
      await mend(order);
      await needsNothing(order);
      await completes(order);
    },
  );

  test.each([
    ['decide', 'COMPLETED: SETTLED'],
    ['moveDelivery', 'COMPLETED: DELIVERED'],
  ])('to before its first "%s" after the delivery is DELIVERED again after a repair', async (forgotten, run) => {
    const order = await delivered();
    await resetBefore(forgotten, order);
    // Without an id: the databases show that the order has ended.
    expect(await repair(['--yes'])).toMatchObject({ code: 0, orders: [{ order_id: order.order_id }] });
    await hasEnded(order);
    await isDeliveredEverywhere(order, run);
    await needsNothing(order);
  });

  test('to before its cancel, which is lost, is cancelled again by a repair', async () => {
    const order = await assigned();
    expect((await cancel(order)).status).toBe(200);
    const before = await everywhere(order);
    await resetBefore('cancel', order);
    await mend(order);
    expect(await everywhere(order)).toEqual(before);
  });
});
