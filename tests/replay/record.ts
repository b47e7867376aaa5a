/**
 * Records, with `record-failures.ts`, the histories that `replay.test.ts` replays: real workflows on the real server, with stub services.
 * Run it again only when a change to the workflows may break running orders:
 *
 *   npm test -- --selectProjects component --testMatch '<rootDir>/tests/replay/record*.ts'
 */
import { randomUUID } from 'node:crypto';
import { ratingWorkflowId } from '../../contracts/names';
import { ratingWorkflow } from '../../workflows';
import {
  agentAssignedSignal,
  cancelUpdate,
  decideUpdate,
  declineUpdate,
  deliveryStatusSignal,
  restaurantDecisionSignal,
} from '../../workflows/messages';
import { anOrderInput } from '../fixtures/orders';
import { agent, startOrder, stubServices } from '../fixtures/workflows';
import { saveHistory } from './fixtures/histories';
import {
  completeDelivery,
  closeStage,
  confirm,
  deliver,
  given,
  move,
  openStage,
  record,
  stage,
  typesOf,
} from './fixtures/recording';

beforeAll(openStage);
afterAll(closeStage);

test('delivered', async () => {
  const order = await given();
  await order.place();
  await deliver(order);
  const types = typesOf(await record('delivered', order));
  expect(types).not.toContain('ACTIVITY_TASK_SCHEDULED');
  expect(types.filter((type) => type === 'MARKER_RECORDED')).toHaveLength(4);
});

test('delivered, with combined steps that failed partly', async () => {
  const order = await given({
    placeOrder: async () => ({ outcome: 'recorded', notCreated: 'no answer' }),
    confirmOrder: async () => ({ written: { outcome: 'changed' }, notSearched: 'no answer', recorded: false }),
    completeDelivery: async () => ({ outcome: 'changed', recorded: false }),
  });
  await order.place();
  await deliver(order);
  expect(typesOf(await record('combined-steps-failed', order))).toContain('ACTIVITY_TASK_SCHEDULED');
});

test('delivered by signals', async () => {
  const order = await given();
  await order.handle.signal(deliveryStatusSignal, 'PICKED_UP'); // too early
  await order.handle.signal(restaurantDecisionSignal, 'CONFIRMED');
  await order.sees('agent assigned');
  await order.handle.signal(deliveryStatusSignal, 'PICKED_UP');
  await order.handle.signal(deliveryStatusSignal, 'LOST'); // malformed
  await order.handle.signal(deliveryStatusSignal, 'DELIVERED');
  expect(typesOf(await record('delivered-by-signals', order))).toContain('WORKFLOW_EXECUTION_SIGNALED');
});

test('rejected at placement', async () => {
  const order = await given({ createOrder: async () => ({ outcome: 'rejected', reason: 'no soup today' }) });
  await record('rejected', order);
});

test('refused by the restaurant', async () => {
  const order = await given();
  await order.place();
  await order.update(decideUpdate, { status: 'CANCELLED', reason: 'out of lentils' });
  await record('refused-by-restaurant', order);
});

test('cancelled by the customer', async () => {
  const order = await given();
  await confirm(order);
  await order.sees('agent assigned');
  await order.update(cancelUpdate, { reason: 'changed my mind' });
  await record('cancelled-by-customer', order);
});

test('cancelled by the courier after pick-up', async () => {
  const order = await given();
  await confirm(order);
  await move(order, 'PICKED_UP');
  await move(order, 'CANCELLED');
  await record('cancelled-by-courier', order);
});

test('cancelled by an operator', async () => {
  const order = await given();
  await confirm(order);
  await order.sees('agent assigned');
  await order.handle.cancel();
  expect(typesOf(await record('cancelled-by-operator', order)).at(-1)).toBe('WORKFLOW_EXECUTION_CANCELED');
});

test('the decision times out', async () => {
  const order = await given({}, { decisionLimitMs: 500 });
  expect(typesOf(await record('decision-timed-out', order))).toContain('TIMER_FIRED');
});

test('delivered late', async () => {
  const order = await given({}, { deliveryAttentionMs: 500 });
  await confirm(order);
  await move(order, 'PICKED_UP');
  await order.sees('late: needs attention');
  await move(order, 'DELIVERED');
  await record('late-delivery', order);
});

test('a signal names the agent', async () => {
  const order = await given({ assignAgent: async () => ({ outcome: 'queued' }) });
  await confirm(order);
  await order.sees('waiting for an agent');
  await order.handle.signal(agentAssignedSignal, agent);
  await order.sees('agent assigned');
  await completeDelivery(order);
  await record('waited-for-agent', order);
});

test('the search for an agent is repeated', async () => {
  let asked = 0;
  const assigned = { outcome: 'assigned', ...agent, status: 'PENDING' } as const;
  const order = await given(
    { assignAgent: async () => (++asked < 3 ? { outcome: 'queued' } : assigned) },
    { reaskIntervalMs: 300 },
  );
  await confirm(order);
  await order.sees('agent assigned');
  await completeDelivery(order);
  await record('asked-for-agent-again', order);
});

const successor = { agent_id: '00000000-0000-4000-8000-00000000000b', agent_name: 'Bela' };

/** A confirmed order with its first agent; the next search assigns the successor. */
async function withFirstAgent() {
  const agents = [agent, successor];
  const order = await given({
    assignAgent: async () => ({ outcome: 'assigned', ...(agents.shift() ?? agent), status: 'PENDING' }),
  });
  await order.place();
  await confirm(order);
  await order.sees('agent assigned');
  return order;
}

test('handed back, then delivered by another agent', async () => {
  const order = await withFirstAgent();
  await order.update(declineUpdate, {});
  await move(order, 'PICKED_UP');
  await move(order, 'DELIVERED');
  await record('declined-job', order);
});

test('a lost hand-back is recovered, and the other agent delivers', async () => {
  const order = await withFirstAgent();
  await order.handle.signal(agentAssignedSignal, successor);
  await order.sees('handed back');
  await completeDelivery(order);
  await record('declined-job-lost', order);
});

test('one of two restaurants refuses and the rest is kept', async () => {
  const [a, b] = ['00000000-0000-4000-8000-0000000000aa', '00000000-0000-4000-8000-0000000000bb'] as const;
  const items = [{ menu_item_id: '00000000-0000-4000-8000-0000000000cc', quantity: 1 }];
  const input = anOrderInput({}, { restaurants: [a, b].map((restaurant_id) => ({ restaurant_id, items })) });
  const { taskQueue } = await stage.worker(stubServices());
  const order = await startOrder(stage.client, taskQueue, { ...input, onPartialRefusal: 'keep_rest' });
  await order.place();
  await order.update(decideUpdate, { status: 'CANCELLED', restaurant_id: b, reason: 'no gas' });
  await order.update(decideUpdate, { status: 'CONFIRMED', restaurant_id: a });
  await move(order, 'PICKED_UP');
  await move(order, 'DELIVERED');
  await record('partial-refusal-rest-kept', order);
});

test('a rating', async () => {
  const { taskQueue } = await stage.worker(stubServices());
  const order_id = randomUUID();
  const rating = { rating_id: randomUUID(), user_id: randomUUID(), order_id, order_rating: 5, agent_rating: 4 };
  const handle = await stage.client.workflow.start(ratingWorkflow, {
    workflowId: ratingWorkflowId(order_id),
    taskQueue,
    args: [rating],
  });
  await handle.result();
  saveHistory('rating', await handle.fetchHistory());
});
