/** What the order worker counts of orders: as their workflows tell it, and as Temporal's list of them has it. */
import type { InjectedSinks } from '@temporalio/worker';
import { Counter, Histogram, Registry } from 'prom-client';
import { searchAttributes, workflowTypes } from '../../contracts/names';
import { orderStages, type OrderStage } from '../../contracts/states';
import { askedGauge, atMostEvery } from '../../lib/metrics/metrics';
import { confirmWaitMs, type Temporal } from '../../lib/temporal/connection';
import type { OrderSinks, UndoStep } from '../../workflows/order-metrics';

/** From a restaurant that decides at once to the longest time limit of an order. */
const stageBuckets = [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200];
const undoSteps: UndoStep[] = ['customer record', 'restaurant order', 'delivery'];

/** The sinks of the order workflow; its counters begin at 0, so that an alert sees the first count as a change. */
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
    help: 'Orders that have come to a state.',
    labelNames: ['state'],
    registers,
  }),
  duration: new Histogram({
    name: 'order_state_duration_seconds',
    help: 'How long orders were in the state that they have left.',
    labelNames: ['state'],
    buckets: stageBuckets,
    registers,
  }),
  compensations: new Counter({
    name: 'order_compensations_total',
    help: 'Undone steps of orders; failing: no repeat could mend it, the order has failed with it.',
    labelNames: ['step', 'outcome'],
    registers,
  }),
  undoFailures: new Counter({
    name: 'order_undo_failures_total',
    help: 'Undos that did not get through for long, or failed for good: each needs a person.',
    labelNames: ['step'],
    registers,
  }),
});

const { orderStatus, deliveryStatus, orderAttention } = searchAttributes;

/** The orders of each state that an order waits in, as Temporal's list is asked for them. */
const inState: Partial<Record<OrderStage, string>> = {
  PENDING: `${orderStatus.name} = 'PENDING'`,
  CONFIRMED: `${orderStatus.name} = 'CONFIRMED' AND ${deliveryStatus.name} IS NULL`,
  ASSIGNED: `${deliveryStatus.name} = 'PENDING'`,
  PICKED_UP: `${deliveryStatus.name} = 'PICKED_UP'`,
};

/** Each scrape of each process would be five queries to Temporal. */
const keepMs = 15_000;

/** Registers the gauges of the orders under way: of the whole namespace, whichever worker has them. */
export function watchOrders(registry: Registry, { client }: Pick<Temporal, 'client'>): void {
  const countOrders = async (query: string): Promise<number> => {
    const running = `WorkflowType = '${workflowTypes.order}' AND ExecutionStatus = 'Running'`;
    const asked = () => client.workflow.count(`${running} AND ${query}`);
    return (await client.withDeadline(Date.now() + confirmWaitMs, asked)).count;
  };
  askedGauge(registry, {
    name: 'orders_open',
    help: 'Orders under way, by their state, in the whole system. At most 15 s old.',
    labelNames: ['state'],
    ask: atMostEvery(keepMs, () =>
      Promise.all(
        Object.entries(inState).map(async ([state, query]) => ({ labels: { state }, value: await countOrders(query) })),
      ),
    ),
  });
  askedGauge(registry, {
    name: 'orders_with_failing_undo',
    help: 'Orders under way whose undo has not got through for long, in the whole system. At most 15 s old.',
    labelNames: [],
    ask: atMostEvery(keepMs, async () => [
      { labels: {}, value: await countOrders(`${orderAttention.name} = 'UNDO_FAILING'`) },
    ]),
  });
}
