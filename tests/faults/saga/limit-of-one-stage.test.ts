/** A limit that expires when its stage is over. */
import { confirm, done, move, orderStage } from '../../fixtures/order-stage';
import { until } from '../../fixtures/until';

const { given } = orderStage();

test('a limit applies to its own stage only', async () => {
  const decisionLimitMs = 6_000; // far more than a busy machine takes to confirm
  const order = await given({}, { decisionLimitMs, courierLimitMs: 60_000 });
  await confirm(order);
  await order.sees('agent assigned');
  const { timeline } = await until('the decision limit has passed', async () => {
    const view = await order.view();
    return Date.now() - Date.parse(view.timeline[0]?.at ?? '') > decisionLimitMs + 500 && view;
  });
  expect(timeline.at(-1)).toMatchObject({ event: 'agent assigned' });
  expect(await move(order, 'PICKED_UP')).toEqual(done);
});
