/** Metrics of orders: counted by their workflows through sinks, and queried from Temporal's visibility. */
import type { InjectedSinks } from '@temporalio/worker';
import { Counter, Histogram, Registry } from 'prom-client';
import { searchAttributes, workflowTypes } from '../../contracts/names';
import { orderStages, type OrderStage } from '../../contracts/states';
import { cachedFor, observableGauge } from '../../lib/metrics/metrics';
import { serverTimeoutMs, type Temporal } from '../../lib/temporal/connection';
import type { OrderSinks, UndoStep } from '../../workflows/order-metrics';

/** Seconds, from an immediate decision to an order's longest time limit. */
const stageBuckets = [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200];
const undoSteps: UndoStep[] = ['customer record', 'restaurant order', 'delivery'];

/** The sinks of the order workflow. Counters start at 0, so that an alert sees the first count as a change. */
export function orderSinks(registry = new Registry()): InjectedSinks<OrderSinks> {
  const metrics = orderMetrics([registry]);
  for (const state of orderStages) metrics.entered.inc({ state }, 0);
  for (const step of undoSteps) {
    metrics.compensations.inc({ step, outcome: 'done' }, 0);
    metrics.compensations.inc({ step, outcome: 'failing' }, 0);
    metrics.undoFailures.inc({ step }, 0);
  }
  return {
    orders: {
      entered: {
        fn(_info, state, left) {
          metrics.entered.inc({ state });
          if (left) metrics.duration.observe({ state: left.stage }, left.seconds);
        },
      },
      undone: { fn: (_info, step, outcome) => metrics.compensations.inc({ step, outcome }) },
      undoNeedsAttention: { fn: (_info, step) => metrics.undoFailures.inc({ step }) },
    },
  };
}

const orderMetrics = (registers: Registry[]) => ({
  entered: new Counter({
    name: 'orders_entered_state_total',
    help: 'Orders that entered a state.',
    labelNames: ['state'],
    registers,
  }),
  duration: new Histogram({
    name: 'order_state_duration_seconds',
    help: 'How long orders stayed in the state that they left.',
    labelNames: ['state'],
    buckets: stageBuckets,
    registers,
  }),
  compensations: new Counter({
    name: 'order_compensations_total',
    help: 'Compensations of orders; failing: no retry can help, and the order failed with it.',
    labelNames: ['step', 'outcome'],
    registers,
  }),
  undoFailures: new Counter({
    name: 'order_undo_failures_total',
    help: 'Compensations that kept failing for long, or failed for good: each needs an operator.',
    labelNames: ['step'],
    registers,
  }),
});

const { orderStatus, deliveryStatus, orderAttention } = searchAttributes;

/** Visibility queries for the orders in each state that an order can wait in. */
const inState: Partial<Record<OrderStage, string>> = {
  PENDING: `${orderStatus.name} = 'PENDING'`,
  CONFIRMED: `${orderStatus.name} = 'CONFIRMED' AND ${deliveryStatus.name} IS NULL`,
  ASSIGNED: `${deliveryStatus.name} = 'PENDING'`,
  PICKED_UP: `${deliveryStatus.name} = 'PICKED_UP'`,
};

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
    labelNames: [],
    observe: cachedFor(cacheMs, async () => [
      { labels: {}, value: await countOrders(`${orderAttention.name} = 'UNDO_FAILING'`) },
    ]),
  });
}
