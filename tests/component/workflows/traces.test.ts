/** Orders move between workers that trace and workers that do not, and keep their traces. */
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { tracingActivities, tracingClient } from '../../../lib/temporal/tracing';
import { currentTraceId, inSpan } from '../../../lib/tracing/tracing';
import { traceSinks } from '../../../workers/order/workflow-spans';
import { decideUpdate, moveDeliveryUpdate } from '../../../workflows/messages';
import { anOrderInput } from '../../fixtures/orders';
import { recordSpans } from '../../fixtures/recorded-spans';
import {
  openWorkflowStage,
  startOrder,
  stubServices,
  temporalAddress,
  workflowBundle,
  type OrderUnderTest,
  type WorkflowStage,
} from '../../fixtures/workflows';

const spans = recordSpans();
let stage: WorkflowStage;
let native: NativeConnection;
beforeAll(async () => {
  stage = await openWorkflowStage();
  native = await NativeConnection.connect({ address: temporalAddress });
});
afterAll(async () => {
  await stage.close();
  await native.close();
});

/** Does the work while such a worker, and no other, serves the task queue. */
async function under<T>(
  taskQueue: string,
  kind: 'traces' | 'does not',
  work: () => Promise<T>,
  services = stubServices(),
): Promise<T> {
  const traces = kind === 'traces';
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: await workflowBundle(undefined, traces),
    activities: services,
    ...(traces && { interceptors: { activity: [tracingActivities] }, sinks: traceSinks() }),
  });
  return worker.runUntil(work);
}

const tracingOne = (): Client => new Client({ connection: stage.client.connection, interceptors: tracingClient });

/** Places an order within a trace. */
const placedInTrace = (taskQueue: string): Promise<{ order: OrderUnderTest; traceId: string | undefined }> =>
  inSpan(
    'placed',
    {},
    async () => {
      const order = await startOrder(tracingOne(), taskQueue, anOrderInput());
      await order.place();
      return { order, traceId: currentTraceId() };
    },
    ROOT_CONTEXT,
  );

/** The spans of a trace, by name. */
const namesIn = (traceId: string | undefined): string[] =>
  spans()
    .filter((span) => span.spanContext().traceId === traceId)
    .map(({ name }) => name);

const move = (order: OrderUnderTest, status: 'PICKED_UP' | 'DELIVERED') => order.update(moveDeliveryUpdate, { status });

test('an order that began in a trace keeps it across a worker that does not trace', async () => {
  const taskQueue = `traces-${randomUUID()}`;
  const { order, traceId } = await under(taskQueue, 'traces', () => placedInTrace(taskQueue));
  await under(taskQueue, 'does not', () => order.update(decideUpdate, { status: 'CONFIRMED' }));
  await under(taskQueue, 'traces', async () => {
    await move(order, 'PICKED_UP');
    await move(order, 'DELIVERED');
    expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
  });
  const names = namesIn(traceId);
  expect(names).toEqual(expect.arrayContaining(['RunActivity:placeOrder', 'HandleUpdate:place']));
  // What the worker that does not trace did is missing, and is not reported later.
  expect(names).not.toContain('RunActivity:confirmOrder');
  expect(names.filter((name) => name === 'RunActivity:changeDelivery')).toHaveLength(1);
  expect(names.filter((name) => name.startsWith('HandleUpdate:'))).toHaveLength(3);
  expect(names.filter((name) => name === 'RunWorkflow:orderWorkflow')).toHaveLength(1);
});

test('a step that fails at once and is then called durably is in the trace with each attempt', async () => {
  const taskQueue = `traces-${randomUUID()}`;
  let attempts = 0;
  const services = stubServices({
    changeOrder: async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('unavailable');
      return { outcome: 'changed' };
    },
  });
  const work = async () => {
    const { order, traceId } = await placedInTrace(taskQueue);
    await order.update(decideUpdate, { status: 'CONFIRMED' });
    return traceId;
  };
  const traceId = await under(taskQueue, 'traces', work, services);
  const steps = spans().filter(
    (span) => span.name === 'RunActivity:confirmOrder' && span.spanContext().traceId === traceId,
  );
  expect(steps.map(({ attributes }) => attributes['temporal.activity.local'])).toEqual([true, false, false]);
  expect(steps.map(({ attributes }) => attributes['error.type'])).toEqual(['Error', 'Error', undefined]);
});

test('an order that began without a trace continues in a worker that traces', async () => {
  const taskQueue = `traces-${randomUUID()}`;
  const order = await under(taskQueue, 'does not', async () => {
    const placed = await startOrder(stage.client, taskQueue, anOrderInput());
    await placed.place();
    return placed;
  });
  await under(taskQueue, 'traces', () => order.update(decideUpdate, { status: 'CONFIRMED' }));
  await under(taskQueue, 'does not', () => move(order, 'PICKED_UP'));
  await under(taskQueue, 'traces', () => move(order, 'DELIVERED'));
  expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
  const { order_id } = order.input.order;
  const ofOrder = spans().filter(({ attributes }) => attributes.order_id === order_id);
  expect(ofOrder.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['RunActivity:confirmOrder', 'RunWorkflow:orderWorkflow']),
  );
});
