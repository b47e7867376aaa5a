/** The metrics that the workflow reports to its worker. */
import { ApplicationFailure } from '@temporalio/common';
import { Registry } from 'prom-client';
import { orderStages, type OrderStage } from '../../../contracts/states';
import type { Activities } from '../../../activities';
import { watchOrders } from '../../../workers/order/metrics';
import { cancelUpdate, declineUpdate } from '../../../workflows/messages';
import { readExposition } from '../../fixtures/exposition';
import { confirm, move } from '../../fixtures/order-stage';
import { anOrderInput } from '../../fixtures/orders';
import { until } from '../../fixtures/until';
import { adoptOrder, openWorkflowStage, startOrder, stubServices, type WorkflowStage } from '../../fixtures/workflows';

let stage: WorkflowStage;
beforeEach(async () => {
  stage = await openWorkflowStage();
});
afterEach(() => stage.close());

const seen = async () => readExposition(await stage.registry.metrics());

/** How often each state was entered and left, without those that never were. */
async function course(): Promise<string> {
  const metrics = await seen();
  const times = (name: string, state: OrderStage): number => metrics.value(name, { state }) ?? 0;
  return orderStages
    .map((state) => ({
      state,
      entered: times('orders_entered_state_total', state),
      left: times('order_state_duration_seconds_count', state),
    }))
    .flatMap(({ state, entered, left }) => (entered + left > 0 ? `${state} ${entered}/${left}` : []))
    .join(', ');
}

async function given(override: Partial<Activities> = {}) {
  const worker = await stage.worker(stubServices(override));
  const order = await startOrder(stage.client, worker.taskQueue, anOrderInput());
  await order.place();
  return { ...order, worker };
}

it('a delivered order enters each state once, even if another worker replays it', async () => {
  const order = await given();
  await confirm(order);
  await order.sees('agent assigned');
  await move(order, 'PICKED_UP');
  await order.worker.stop();
  await stage.worker(stubServices(), order.worker.taskQueue);
  await order.view(); // from a replay
  expect(await course()).toBe('PENDING 1/1, CONFIRMED 1/1, ASSIGNED 1/1, PICKED_UP 1/0');
  await move(order, 'DELIVERED');
  await order.handle.result();
  expect(await course()).toBe('PENDING 1/1, CONFIRMED 1/1, ASSIGNED 1/1, PICKED_UP 1/1, DELIVERED 1/0');
});

it('an order whose agent hands it back is counted as confirmed again', async () => {
  let asked = 0;
  const order = await given({
    assignAgent: async () =>
      asked++ === 0
        ? { outcome: 'assigned', agent_id: anOrderInput().order.order_id, agent_name: 'Asha', status: 'PENDING' }
        : { outcome: 'queued' },
  });
  await confirm(order);
  await order.sees('agent assigned');
  await order.update(declineUpdate, {});
  await order.sees('waiting for an agent');
  expect(await course()).toBe('PENDING 1/1, CONFIRMED 2/1, ASSIGNED 1/1');
});

it('an adopted order begins with its present state', async () => {
  const { taskQueue } = await stage.worker(stubServices());
  const order = await adoptOrder(stage.client, taskQueue, anOrderInput());
  await order.sees('agent assigned');
  expect(await course()).toBe('CONFIRMED 1/1, ASSIGNED 1/0');
});

it('a cancelled order counts each compensation, and the one that failed permanently', async () => {
  const order = await given({
    changeOrder: async ({ status }) => {
      if (status === 'CANCELLED') throw ApplicationFailure.nonRetryable('no such order', 'BROKEN');
      return { outcome: 'changed' };
    },
  });
  await order.update(cancelUpdate, {});
  await order.handle.result().catch(() => undefined);
  const metrics = await seen();
  const undone = (step: string, outcome: string) => metrics.value('order_compensations_total', { step, outcome });
  expect([undone('customer record', 'done'), undone('customer record', 'failing')]).toEqual([1, 0]);
  expect([undone('restaurant order', 'done'), undone('restaurant order', 'failing')]).toEqual([0, 1]);
  expect(metrics.value('order_undo_failures_total', { step: 'restaurant order' })).toBe(1);
  expect(await course()).toBe('PENDING 1/1, CANCELLED 1/0');
});

it('a compensation that keeps failing is counted while it is retried', async () => {
  const { taskQueue } = await stage.worker(
    stubServices({
      changeOrder: async ({ status }) => {
        if (status === 'CANCELLED') throw new Error('unavailable');
        return { outcome: 'changed' };
      },
    }),
  );
  const input = anOrderInput({ undoAttentionMs: 200, attemptMs: 100, retryIntervalMs: 50 });
  const order = await startOrder(stage.client, taskQueue, input);
  await order.place();
  const cancelling = order.update(cancelUpdate, {}).catch(() => undefined);
  await until('it is counted', async () => {
    return (await seen()).value('order_undo_failures_total', { step: 'restaurant order' }) === 1;
  });
  expect((await seen()).value('order_compensations_total', { step: 'restaurant order' })).toBe(0);
  await order.handle.terminate('seen enough');
  await cancelling;
});

it('an order that waits for an operator is open as STALE, beside those that are PENDING', async () => {
  const { taskQueue } = await stage.worker(stubServices());
  const order = await startOrder(stage.client, taskQueue, { ...anOrderInput(), stale: true });
  const open = await until('it is listed', async () => {
    const registry = new Registry(); // the gauge is cached
    watchOrders(registry, stage);
    const metrics = readExposition(await registry.metrics());
    return Number(metrics.value('orders_open', { state: 'STALE' })) >= 1 && metrics;
  });
  expect(open.value('orders_open', { state: 'PENDING' })).toBeGreaterThanOrEqual(0);
  await order.update(cancelUpdate, {});
});
