/** Metrics of orders: counted by their workflows through sinks, and queried from Temporal's visibility. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { InjectedSinks, TelemetryOptions } from '@temporalio/worker';
import { Counter, Histogram, Registry } from 'prom-client';
import { searchAttributes, workflowTypes } from '../../contracts/names';
import { orderStages, type OrderStage } from '../../contracts/states';
import { cachedFor, latencyBuckets, observableGauge, type OtherMetrics } from '../../lib/metrics/metrics';
import { serverTimeoutMs, type Temporal } from '../../lib/temporal/connection';
import { undoSteps } from '../../workflows/order/events';
import type { OrderSinks } from '../../workflows/order/metrics';

/** Seconds, from an immediate decision to an order's longest time limit. */
const stageBuckets = [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200];

/** The sinks of the order workflow. Counters start at 0, so that an alert sees the first count as a change. */
export function orderSinks(registry = new Registry()): InjectedSinks<OrderSinks> {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const entries = counter('orders_entered_state_total', 'Orders that entered a state.', ['state']);
  const durations = new Histogram({
    name: 'order_state_duration_seconds',
    help: 'How long orders stayed in the state that they left.',
    labelNames: ['state'],
    buckets: stageBuckets,
    registers,
  });
  const compensations = counter(
    'order_compensations_total',
    'Compensations of orders; failing: no retry can help, and the order failed with it.',
    ['step', 'outcome'],
  );
  const undoFailures = counter(
    'order_undo_failures_total',
    'Compensations that kept failing for long, or failed for good: each needs an operator.',
    ['step'],
  );
  for (const state of orderStages) entries.inc({ state }, 0);
  for (const step of undoSteps) {
    for (const outcome of ['done', 'failing']) compensations.inc({ step, outcome }, 0);
    undoFailures.inc({ step }, 0);
  }
  return {
    orders: {
      entered: {
        fn(_info, state, left) {
          entries.inc({ state });
          if (left) durations.observe({ state: left.stage }, left.seconds);
        },
      },
      undone: { fn: (_info, step, outcome) => compensations.inc({ step, outcome }) },
      undoNeedsAttention: { fn: (_info, step) => undoFailures.inc({ step }) },
    },
  };
}

const { orderStatus, deliveryStatus, orderAttention } = searchAttributes;

/** Visibility queries for the orders in each state that an order can wait in. */
const inState = {
  PENDING: `${orderStatus.name} = 'PENDING' AND (${orderAttention.name} IS NULL OR ${orderAttention.name} != 'STALE')`,
  /** Of an old program, waits for an operator. */
  STALE: `${orderAttention.name} = 'STALE'`,
  CONFIRMED: `${orderStatus.name} = 'CONFIRMED' AND ${deliveryStatus.name} IS NULL`,
  ASSIGNED: `${deliveryStatus.name} = 'PENDING'`,
  PICKED_UP: `${deliveryStatus.name} = 'PICKED_UP'`,
} satisfies Partial<Record<OrderStage | 'STALE', string>>;

/** Otherwise each scrape of each process would cost five queries. */
const cacheMs = 15_000;

/** Registers gauges of the running orders of the whole namespace. */
export function watchOrders(registry: Registry, { client }: Pick<Temporal, 'client'>): void {
  const countOrders = async (query: string): Promise<number> => {
    const running = `WorkflowType = '${workflowTypes.order}' AND ExecutionStatus = 'Running'`;
    const counted = () => client.workflow.count(`${running} AND ${query}`);
    return (await client.withDeadline(Date.now() + serverTimeoutMs, counted)).count;
  };
  observableGauge(registry, {
    name: 'orders_open',
    help: 'Running orders of the whole system, by state. At most 15 s old.',
    labelNames: ['state'],
    observe: cachedFor(cacheMs, () =>
      Promise.all(
        Object.entries(inState).map(async ([state, query]) => ({ labels: { state }, value: await countOrders(query) })),
      ),
    ),
  });
  observableGauge(registry, {
    name: 'orders_with_failing_undo',
    help: 'Running orders of the whole system whose compensation keeps failing. At most 15 s old.',
    observe: cachedFor(cacheMs, async () => [
      { labels: {}, value: await countOrders(`${orderAttention.name} = 'UNDO_FAILING'`) },
    ]),
  });
}

/** The core's histograms whose default buckets are too coarse for milliseconds. */
const fineHistograms = [
  'request_latency',
  'workflow_task_schedule_to_start_latency',
  'workflow_task_execution_latency',
  'workflow_task_replay_latency',
  'activity_schedule_to_start_latency',
  'activity_execution_latency',
  'activity_succeed_endtoend_latency',
  'local_activity_execution_latency',
  'local_activity_succeed_endtoend_latency',
];

/** Has the SDK's core serve its metrics on a free loopback port. `read` rejects before the runtime is installed with `telemetry`. */
export async function openCoreMetrics(): Promise<{ telemetry: TelemetryOptions; read: OtherMetrics }> {
  const address = `127.0.0.1:${await freePort()}`;
  const prometheus = {
    bindAddress: address,
    countersTotalSuffix: true,
    unitSuffix: true,
    useSecondsForDurations: true,
    histogramBucketOverrides: Object.fromEntries(fineHistograms.map((name) => [name, latencyBuckets])),
  };
  return {
    telemetry: { metrics: { prometheus, attachServiceName: false } },
    read: async () => (await fetch(`http://${address}/metrics`)).text(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
