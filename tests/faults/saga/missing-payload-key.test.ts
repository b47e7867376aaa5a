/** A worker without the key of an order: nothing is lost, the order waits for a worker that has it. */
import { moveDeliveryUpdate, restaurantDecisionSignal } from '../../../workflows/messages';
import { anOrderInput } from '../../fixtures/orders';
import { aKey, keysOf } from '../../fixtures/payload-keys';
import { until } from '../../fixtures/until';
import { findOrder, openWorkflowStage, startOrder, stubServices, type WorkflowStage } from '../../fixtures/workflows';

const [one, two] = [aKey('one'), aKey('two')];

let stage: WorkflowStage;
beforeAll(async () => {
  stage = await openWorkflowStage();
});
afterAll(() => stage.close());

test('an order on a worker without its key waits, and continues on a worker that has it', async () => {
  const first = stage.withKeys(keysOf(one));
  const { taskQueue, ...worker } = await first.worker(stubServices());
  const order = await startOrder(first.client, taskQueue, anOrderInput());
  await order.place();
  await worker.stop();
  const keyless = await stage.withKeys(keysOf(two)).worker(stubServices(), taskQueue);
  await order.handle.signal(restaurantDecisionSignal, 'CONFIRMED');
  await until('its task has failed', async () => {
    const { events } = await order.handle.fetchHistory();
    return events?.some(({ workflowTaskFailedEventAttributes: failed }) => failed);
  });
  await keyless.stop();
  const next = stage.withKeys(keysOf(two, one));
  await next.worker(stubServices(), taskQueue);
  const found = findOrder(next.client, order.input);
  await found.sees('agent assigned');
  for (const status of ['PICKED_UP', 'DELIVERED'] as const) await found.update(moveDeliveryUpdate, { status });
  expect(await found.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
});
