/** Records and replays a history: concurrent activities must give the same result in any order of completion. */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { decideUpdate, moveDeliveryUpdate } from '../../workflows/messages';
import { anOrderInput } from '../fixtures/orders';
import { openWorkflowStage, startOrder, stubServices, workflowBundle, type WorkflowStage } from '../fixtures/workflows';

let stage: WorkflowStage;
beforeAll(async () => {
  stage = await openWorkflowStage();
});
afterAll(() => stage.close());

test("an order that got its agent while the customer's record could not be updated replays in another worker", async () => {
  let slow = true;
  const recordProgress = async (): Promise<void> => (slow ? Context.current().cancelled : undefined);
  const { taskQueue } = await stage.worker(stubServices({ recordProgress }));
  const restaurants = [randomUUID(), randomUUID()];
  const items = [{ menu_item_id: randomUUID(), quantity: 1 }];
  const input = anOrderInput(
    { attemptMs: 1_500 },
    { restaurants: restaurants.map((restaurant_id) => ({ restaurant_id, items })) },
  );
  const order = await startOrder(stage.client, taskQueue, input);
  await order.place();
  const decide = (restaurant_id: string) => order.update(decideUpdate, { status: 'CONFIRMED', restaurant_id });
  await Promise.all(restaurants.map(decide));
  await order.update(moveDeliveryUpdate, { status: 'PICKED_UP' });
  slow = false;
  await order.update(moveDeliveryUpdate, { status: 'DELIVERED' });
  await order.handle.result();

  const histories = [{ workflowId: order.handle.workflowId, history: await order.handle.fetchHistory() }];
  const errors = [];
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: await workflowBundle() }, histories))
    errors.push(error);
  expect(errors).toEqual([undefined]);
});
