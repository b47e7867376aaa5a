/** Orders whose workflow was taken back: repaired where that is needed, on a system of its own. */
import { everywhere } from '../e2e/fixtures/everywhere';
import { cancel, delivered, events, move, pageOf, placed, assigned } from '../e2e/fixtures/platform';
import { repair, reset, resetBefore } from '../e2e/fixtures/repairs';
import { hasEnded } from '../e2e/fixtures/temporal-cli';
import { until } from '../fixtures/until';
import { impatient, ownSystem, removeSystem } from './fixtures/own-system';
import { goesItsWay, isEverywhereDelivered, mend, needsNothing, pickedUp } from './fixtures/ways';

jest.setTimeout(150_000); // parts take their time to start on a busy machine

beforeAll(() => ownSystem(impatient), 150_000);
afterAll(removeSystem);

describe('an order whose run was reset', () => {
  test('to its first step takes up the order where the records have it, and needs no repair', async () => {
    const order = await placed();
    await pickedUp(order);
    await reset(order, '--type', 'FirstWorkflowTask');
    await until('the rewound run', async () => events(await pageOf(order)).includes('adopted'));
    await goesItsWay(order);
    await needsNothing(order);
  });

  test('to before its pick-up, with all that came after it, needs no repair', async () => {
    const order = await assigned();
    expect((await move(order, 'PICKED_UP')).status).toBe(200);
    await resetBefore('moveDelivery', order, []);
    await until('it has caught up', async () => events(await pageOf(order)).includes('picked up'));
    await needsNothing(order);
    await goesItsWay(order);
  });

  test.each(['decide', 'moveDelivery'])(
    'to before its first "%s", which it forgot, is told again, and goes its way',
    async (forgotten) => {
      const order = await placed();
      await pickedUp(order);
      await resetBefore(forgotten, order);
      await mend(order);
      await needsNothing(order);
      await goesItsWay(order);
    },
  );

  test.each([
    ['decide', 'COMPLETED: SETTLED'],
    ['moveDelivery', 'COMPLETED: DELIVERED'],
  ])('to before its first "%s" when it had been delivered learns that it is', async (forgotten, run) => {
    const order = await delivered();
    await resetBefore(forgotten, order);
    // Without an id: the databases say that the order is over.
    expect(await repair(['--yes'])).toMatchObject({ code: 0, orders: [{ order_id: order.order_id }] });
    await hasEnded(order);
    await isEverywhereDelivered(order, run);
    await needsNothing(order);
  });

  test('to before its cancel, which it forgot, is cancelled again', async () => {
    const order = await assigned();
    expect((await cancel(order)).status).toBe(200);
    const before = await everywhere(order);
    await resetBefore('cancel', order);
    await mend(order);
    expect(await everywhere(order)).toEqual(before);
  });
});
