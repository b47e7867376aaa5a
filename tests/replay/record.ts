/**
 * Records the histories that `replay.test.ts` replays: the real workflows on the real server, with services that do what each
 * case needs. To be run again when a change of the workflows is meant to leave the orders under way behind:
 *
 *   npm test -- --selectProjects integration --testMatch '<rootDir>/tests/replay/record.ts'
 *
 * Those `in-version-0.1` are of the workflow as it was before `patched('adopted-whole')` and before
 * `patched('failing-undos-are-shown-after-a-while')`, and cannot be recorded again.
 */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { UpdateDefinition } from '@temporalio/common';
import { orderWorkflowId, ratingWorkflowId } from '../../contracts/names';
import type { CommandOutcome, OrderPolicy } from '../../contracts/workflow';
import { ratingWorkflow } from '../../workflows';
import type { Activities } from '../../workflows/calls';
import {
  agentAssignedSignal,
  cancelUpdate,
  decideUpdate,
  declineUpdate,
  deliveryStatusSignal,
  moveDeliveryUpdate,
  restaurantDecisionSignal,
} from '../../workflows/messages';
import { anOrderInput } from '../fixtures/orders';
import { aGate } from '../fixtures/gate';
import { until } from '../fixtures/until';
import {
  adoptOrder,
  agent,
  openWorkflowStage,
  startOrder,
  stubServices,
  type OrderUnderTest,
  type WorkflowStage,
} from '../fixtures/workflows';
import { startDoomedWorker, startWorkerOn } from './fixtures/doomed';
import { saveHistory, type SavedEvent } from './fixtures/histories';

let stage: WorkflowStage;
beforeAll(async () => {
  stage = await openWorkflowStage();
});
afterAll(() => stage.close());

async function given(
  override: Partial<Activities> = {},
  policy: Partial<OrderPolicy> = {},
): Promise<OrderUnderTest & { taskQueue: string }> {
  const { taskQueue } = await stage.worker(stubServices(override));
  return { ...(await startOrder(stage.client, taskQueue, anOrderInput(policy))), taskQueue };
}

const confirm = (order: OrderUnderTest) => order.update(decideUpdate, { status: 'CONFIRMED' });
const move = (order: OrderUnderTest, status: 'PICKED_UP' | 'DELIVERED' | 'CANCELLED') =>
  order.update(moveDeliveryUpdate, { status });

async function deliver(order: OrderUnderTest): Promise<void> {
  await confirm(order);
  await move(order, 'PICKED_UP');
  await move(order, 'DELIVERED');
}

/** Waits for the order's end and saves its history. */
async function record(name: string, order: OrderUnderTest): Promise<SavedEvent[]> {
  await order.handle.result().catch(() => undefined); // a case may be one that fails
  return saveHistory(name, await order.handle.fetchHistory());
}

const typesOf = (events: SavedEvent[]): string[] => events.map(({ eventType }) => eventType.replace('EVENT_TYPE_', ''));

test('delivered', async () => {
  const order = await given();
  await order.place();
  await deliver(order);
  expect(typesOf(await record('delivered', order))).not.toContain('ACTIVITY_TASK_SCHEDULED');
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
  await record('refused', order);
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

test('not decided in time', async () => {
  const order = await given({}, { decisionLimitMs: 500 });
  expect(typesOf(await record('not-decided-in-time', order))).toContain('TIMER_FIRED');
});

test('late to be delivered', async () => {
  const order = await given({}, { deliveryAttentionMs: 500 });
  await confirm(order);
  await move(order, 'PICKED_UP');
  await order.sees('late: needs a person');
  await move(order, 'DELIVERED');
  await record('late-delivery', order);
});

test('waiting for an agent that a signal names', async () => {
  const order = await given({ assignAgent: async () => ({ outcome: 'queued' }) });
  await confirm(order);
  await order.sees('waiting for an agent');
  await order.handle.signal(agentAssignedSignal, agent);
  await order.sees('agent assigned');
  await deliver(order);
  await record('waited-for-agent', order);
});

test('asking for an agent again and again', async () => {
  let asked = 0;
  const assigned = { outcome: 'assigned', ...agent, status: 'PENDING' } as const;
  const order = await given(
    { assignAgent: async () => (++asked < 3 ? { outcome: 'queued' } : assigned) },
    { reaskIntervalMs: 300 },
  );
  await confirm(order);
  await order.sees('agent assigned');
  await deliver(order);
  await record('asked-for-agent-again', order);
});

test('called durably where a service is away, and locally again after a while', async () => {
  let failures = 1;
  const order = await given(
    {
      createOrder: async () => {
        if (failures-- > 0) throw new Error('restaurant service away');
        return { outcome: 'created', total: '12.50' };
      },
    },
    { avoidLocalMs: 1_500 },
  );
  await order.place();
  await until('the service may be tried locally again', async () => {
    const fellBack = (await order.view()).timeline.find(({ event }) => event.startsWith('restaurant slow or away'));
    return fellBack && Date.now() - Date.parse(fellBack.at) > 2_000;
  });
  await deliver(order);
  expect(await order.durableCalls()).toEqual(['createOrder']);
  await record('called-durably', order);
});

test('a local step that takes too long is cut off and called durably', async () => {
  let calls = 0;
  const order = await given({
    createOrder: () =>
      ++calls === 1 ? Context.current().cancelled : Promise.resolve({ outcome: 'created', total: '12.50' }),
  });
  await order.place();
  await deliver(order);
  expect(await order.durableCalls()).toContain('createOrder');
  await record('local-step-timed-out', order);
});

test('a worker is killed inside a local step and another one does the task again', async () => {
  const worker = await startDoomedWorker();
  const starting = startOrder(stage.client, worker.taskQueue, anOrderInput());
  await worker.isInsideCreateOrder();
  await worker.kill();
  const successor = await startWorkerOn(worker.taskQueue, stubServices());
  try {
    const order = await starting;
    await order.place();
    await deliver(order);
    expect(typesOf(await record('worker-killed-in-local-step', order))).toContain('WORKFLOW_TASK_TIMED_OUT');
  } finally {
    await successor.stop();
  }
}, 60_000);

/** An order whose restaurant side does not answer before the update has reached the server. */
async function updatedInLocalStep<Arg>(update: UpdateDefinition<CommandOutcome, [Arg]>, arg: Arg) {
  const inside = aGate();
  const sent = aGate();
  const { taskQueue } = await stage.worker(
    stubServices({
      createOrder: async () => {
        inside.open();
        await sent.promise;
        return { outcome: 'created', total: '12.50' };
      },
    }),
  );
  const input = anOrderInput();
  const starting = startOrder(stage.client, taskQueue, input);
  await inside.promise;
  const workflowId = orderWorkflowId(input.order.order_id);
  const updateId = randomUUID();
  const updated = stage.client.workflow.getHandle(workflowId).executeUpdate(update, { args: [arg], updateId });
  await until('the update has reached the server', async () => {
    const updateRef = { workflowExecution: { workflowId }, updateId };
    await stage.client.workflowService.pollWorkflowExecutionUpdate({ namespace: 'default', updateRef });
    return true;
  });
  sent.open();
  const order = await starting;
  expect(await updated).toEqual({ outcome: 'done' });
  expect(await order.durableCalls()).toEqual([]);
  return order;
}

test('a decision arrives during a local step', async () => {
  const order = await updatedInLocalStep(decideUpdate, { status: 'CONFIRMED' });
  await deliver(order);
  await record('update-in-local-step', order);
});

test('a cancel arrives during a local step', async () => {
  await record('cancel-in-local-step', await updatedInLocalStep(cancelUpdate, { reason: 'changed my mind' }));
});

test('handed back, then brought by another agent', async () => {
  const agents = [agent, { agent_id: '00000000-0000-4000-8000-00000000000b', agent_name: 'Bela' }];
  const order = await given({
    assignAgent: async () => ({ outcome: 'assigned', ...(agents.shift() ?? agent), status: 'PENDING' }),
  });
  await order.place();
  await confirm(order);
  await order.sees('agent assigned');
  await order.update(declineUpdate, {});
  await move(order, 'PICKED_UP');
  await move(order, 'DELIVERED');
  await record('handed-back', order);
});

test('one of two restaurants refuses, the rest is kept', async () => {
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
  await record('rest-kept', order);
});

test('adopted, and cancelled by its customer', async () => {
  const { taskQueue } = await stage.worker(stubServices());
  const order = await adoptOrder(stage.client, taskQueue, anOrderInput());
  await order.sees('agent assigned');
  await order.update(cancelUpdate, {});
  await record('adopted-then-cancelled', order);
});

test('adopted, and cancelled before it has asked for an agent', async () => {
  const asked = aGate();
  const { taskQueue } = await stage.worker(
    stubServices({
      changeOrder: async ({ status }) => {
        asked.open();
        return status === 'CONFIRMED' ? Context.current().cancelled : { outcome: 'changed' };
      },
    }),
  );
  const order = await adoptOrder(stage.client, taskQueue, anOrderInput());
  await asked.promise;
  await order.update(cancelUpdate, { reason: 'changed my mind' });
  expect(typesOf(await record('adopted-and-cancelled', order))).toContain('MARKER_RECORDED');
});

test('an undo does not get through for a while, and then does', async () => {
  let mended = false;
  const order = await given(
    {
      changeOrder: async () => {
        if (!mended) throw new Error('restaurant service away');
        return { outcome: 'changed' };
      },
    },
    { undoAttentionMs: 500, retryIntervalMs: 100 },
  );
  await order.place();
  const cancelled = order.update(cancelUpdate, { reason: 'changed my mind' });
  await until('it is shown', async () => (await order.attention()) === 'UNDO_FAILING');
  mended = true;
  await cancelled;
  expect(typesOf(await record('undo-failing', order))).toContain('MARKER_RECORDED');
});

test('undos that fail in another order than they began', async () => {
  let mended = false;
  const order = await given(
    {
      changeDelivery: async () => (mended ? { outcome: 'changed' } : Context.current().cancelled),
      changeOrder: async ({ status }) => {
        if (status === 'CANCELLED' && !mended) throw new Error('restaurant service away');
        return { outcome: 'changed' };
      },
    },
    { attemptMs: 300, retryIntervalMs: 100 },
  );
  await confirm(order);
  await order.sees('agent assigned');
  const cancelled = order.update(cancelUpdate, {});
  await until('both are called durably', async () => (await order.durableCalls()).length === 2);
  mended = true;
  await cancelled;
  await record('undos-fail-in-another-order', order);
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
