/** Orders go over between workers that trace and workers that do not, and their traces hold over that. */
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { tracingActivities, tracingClient } from '../../lib/temporal/tracing';
import { inSpan } from '../../lib/tracing';
import { traceSinks } from '../../workers/order/workflow-spans';
import { decideUpdate, moveDeliveryUpdate } from '../../workflows/messages';
import { anOrderInput } from '../fixtures/orders';
import { recordSpans } from '../fixtures/recorded-spans';
import {
  openWorkflowStage,
  startOrder,
  stubServices,
  temporalAddress,
  workflowBundle,
  type OrderUnderTest,
  type WorkflowStage,
} from '../fixtures/workflows';

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

/** Does work while such a worker, and no other, carries the queue's orders. */
async function under<T>(taskQueue: string, kind: 'traces' | 'does not', work: () => Promise<T>): Promise<T> {
  const traces = kind === 'traces';
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: await workflowBundle(undefined, traces),
    activities: stubServices(),
    ...(traces && { interceptors: { activity: [tracingActivities] }, sinks: traceSinks() }),
  });
  return worker.runUntil(work);
}

const tracingOne = (): Client => new Client({ connection: stage.client.connection, interceptors: tracingClient });

/** A span's own trace, by names. */
const namesIn = (traceId: string): string[] =>
  spans()
    .filter((span) => span.spanContext().traceId === traceId)
    .map(({ name }) => name);

const move = (order: OrderUnderTest, status: 'PICKED_UP' | 'DELIVERED') => order.update(moveDeliveryUpdate, { status });

test('an order that began in a trace keeps it, over a worker that does not trace', async () => {
  const taskQueue = `traces-${randomUUID()}`;
  let traceId = '';
  const order = await under(taskQueue, 'traces', () =>
    inSpan(
      'placed',
      {},
      async (span) => {
        traceId = span.spanContext().traceId;
        const placed = await startOrder(tracingOne(), taskQueue, anOrderInput());
        await placed.place();
        return placed;
      },
      ROOT_CONTEXT,
    ),
  );
  await under(taskQueue, 'does not', () => order.update(decideUpdate, { status: 'CONFIRMED' }));
  await under(taskQueue, 'traces', async () => {
    await move(order, 'PICKED_UP');
    await move(order, 'DELIVERED');
    expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
  });
  const names = namesIn(traceId);
  expect(names).toEqual(expect.arrayContaining(['RunActivity:recordOrder', 'HandleUpdate:place']));
  // What happened under the worker that does not trace is not there, and is not told later either.
  expect(names).not.toContain('RunActivity:changeOrder');
  expect(names.filter((name) => name === 'RunActivity:changeDelivery')).toHaveLength(2);
  expect(names.filter((name) => name.startsWith('HandleUpdate:'))).toHaveLength(3);
  expect(names.filter((name) => name === 'RunWorkflow:orderWorkflow')).toHaveLength(1);
});

test('an order that began in no trace goes on in a worker that traces', async () => {
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
    expect.arrayContaining(['RunActivity:changeOrder', 'RunWorkflow:orderWorkflow']),
  );
});
