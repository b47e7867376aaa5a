/** Records the histories of orders with failing services, killed workers and concurrent commands (see `record.ts`). */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { UpdateDefinition } from '@temporalio/common';
import { orderWorkflowId } from '../../contracts/names';
import type { CommandOutcome } from '../../contracts/workflow';
import { cancelUpdate, decideUpdate } from '../../workflows/messages';
import { anOrderInput } from '../fixtures/orders';
import { aGate } from '../fixtures/gate';
import { until } from '../fixtures/until';
import { adoptOrder, startOrder, stubServices } from '../fixtures/workflows';
import { startCrashingWorker, startWorkerOn } from './fixtures/workers';
import {
  completeDelivery,
  closeStage,
  confirm,
  deliver,
  given,
  openStage,
  record,
  stage,
  typesOf,
} from './fixtures/recording';

beforeAll(openStage);
afterAll(closeStage);

test('a service that is unavailable is called durably, and locally again after a while', async () => {
  let failures = 1;
  const order = await given(
    {
      createOrder: async () => {
        if (failures-- > 0) throw new Error('restaurant service unavailable');
        return { outcome: 'created', total: '12.50' };
      },
    },
    { avoidLocalMs: 1_500 },
  );
  await order.place();
  await until('the service may be called locally again', async () => {
    const fellBack = (await order.view()).timeline.find(({ event }) =>
      event.startsWith('restaurant service slow or unavailable'),
    );
    return fellBack && Date.now() - Date.parse(fellBack.at) > 2_000;
  });
  await deliver(order);
  expect(await order.durableCalls()).toEqual(['createOrder']);
  await record('fallback-to-durable-call', order);
});

test('a local activity that times out is called durably', async () => {
  let calls = 0;
  const order = await given({
    changeDelivery: () =>
      ++calls === 1 ? Context.current().cancelled : Promise.resolve({ outcome: 'changed' as const }),
  });
  await order.place();
  await deliver(order);
  expect(await order.durableCalls()).toContain('changeDelivery');
  await record('local-step-timed-out', order);
});

test('a worker is killed inside a local activity and another one executes the task again', async () => {
  const worker = await startCrashingWorker();
  const starting = startOrder(stage.client, worker.taskQueue, anOrderInput());
  await worker.isInsidePlaceOrder();
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

/** An order whose restaurant side answers only after the update has reached the server. */
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

test('a decision arrives during a local activity', async () => {
  const order = await updatedInLocalStep(decideUpdate, { status: 'CONFIRMED' });
  await completeDelivery(order);
  await record('update-in-local-step', order);
});

test('a cancel arrives during a local activity', async () => {
  await record('cancel-in-local-step', await updatedInLocalStep(cancelUpdate, { reason: 'changed my mind' }));
});

test('adopted, then cancelled by the customer', async () => {
  const { taskQueue } = await stage.worker(stubServices());
  const order = await adoptOrder(stage.client, taskQueue, anOrderInput());
  await order.sees('agent assigned');
  await order.update(cancelUpdate, {});
  await record('adopted-cancelled-with-agent', order);
});

test('adopted, then cancelled before the search for an agent', async () => {
  const requested = aGate();
  const { taskQueue } = await stage.worker(
    stubServices({
      changeOrder: async ({ status }) => {
        requested.open();
        return status === 'CONFIRMED' ? Context.current().cancelled : { outcome: 'changed' };
      },
    }),
  );
  const order = await adoptOrder(stage.client, taskQueue, anOrderInput());
  await requested.promise;
  await order.update(cancelUpdate, { reason: 'changed my mind' });
  expect(typesOf(await record('adopted-cancelled-before-search', order))).toContain('MARKER_RECORDED');
});

test('a compensation fails for a while, then succeeds', async () => {
  let recovered = false;
  const order = await given(
    {
      changeOrder: async () => {
        if (!recovered) throw new Error('restaurant service unavailable');
        return { outcome: 'changed' };
      },
    },
    { undoAttentionMs: 500, retryIntervalMs: 100 },
  );
  await order.place();
  const cancelled = order.update(cancelUpdate, { reason: 'changed my mind' });
  await until('the order needs attention', async () => (await order.attention()) === 'UNDO_FAILING');
  recovered = true;
  await cancelled;
  expect(typesOf(await record('compensation-failing', order))).toContain('MARKER_RECORDED');
});

test('compensations fail in another order than they began', async () => {
  let recovered = false;
  const order = await given(
    {
      changeDelivery: async () => (recovered ? { outcome: 'changed' } : Context.current().cancelled),
      changeOrder: async ({ status }) => {
        if (status === 'CANCELLED' && !recovered) throw new Error('restaurant service unavailable');
        return { outcome: 'changed' };
      },
    },
    { attemptMs: 300, retryIntervalMs: 100 },
  );
  await confirm(order);
  await order.sees('agent assigned');
  const cancelled = order.update(cancelUpdate, {});
  await until('both are called durably', async () => (await order.durableCalls()).length === 2);
  recovered = true;
  await cancelled;
  await record('compensations-fail-out-of-order', order);
});
