import type { Registry } from 'prom-client';
import { cachedFor, observableGauge, type Values } from '../../lib/metrics/metrics';
import type { Database } from '../../prisma/delivery/client';
import { readFigures, type Figures } from '../../prisma/delivery/matching';

/** All gauges and scrapers share one query. */
const cacheMs = 5_000;

/** Registers gauges of the agents and waiting orders of the whole system, from the database. */
export function watchDelivery(registry: Registry, db: Database): void {
  const read = cachedFor(cacheMs, () => readFigures(db));
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    valuesOf: (figures: Figures) => Values<Label>,
  ) => observableGauge(registry, { name, help, labelNames, observe: async () => valuesOf(await read()) });

  gauge('agents', 'Agents of the whole system, by status. At most 5 s old.', ['status'], (figures) => [
    { labels: { status: 'AVAILABLE' }, value: figures.availableAgents },
    { labels: { status: 'BUSY' }, value: figures.busyAgents },
  ]);
  gauge(
    'orders_waiting_for_agent',
    'Orders of the whole system that wait for an agent. At most 5 s old.',
    [],
    ({ ordersWaiting }) => [{ labels: {}, value: ordersWaiting }],
  );
  gauge(
    'oldest_wait_for_agent_seconds',
    'How long the oldest waiting order has waited for an agent; 0 when none waits. At most 5 s old.',
    [],
    ({ oldestWaitSeconds }) => [{ labels: {}, value: oldestWaitSeconds }],
  );
}
