import type { Registry } from 'prom-client';
import { cachedFor, observableGauge } from '../../lib/metrics/metrics';
import type { Database } from '../../prisma/delivery/client';
import { readFigures, type Figures } from '../../prisma/delivery/figures';

/** All gauges and scrapers share one query. */
const cacheMs = 5_000;

/** Registers gauges of the agents and waiting orders of the whole system, from the database. */
export function watchDelivery(registry: Registry, db: Database): void {
  const read = cachedFor(cacheMs, () => readFigures(db));
  observableGauge(registry, {
    name: 'agents',
    help: 'Agents of the whole system, by status. At most 5 s old.',
    labelNames: ['status'],
    async observe() {
      const { availableAgents, busyAgents } = await read();
      return [
        { labels: { status: 'AVAILABLE' }, value: availableAgents },
        { labels: { status: 'BUSY' }, value: busyAgents },
      ];
    },
  });
  const single = (name: string, help: string, of: (figures: Figures) => number) =>
    observableGauge(registry, {
      name,
      help,
      labelNames: [],
      observe: async () => [{ labels: {}, value: of(await read()) }],
    });
  single(
    'orders_waiting_for_agent',
    'Orders of the whole system that wait for an agent. At most 5 s old.',
    (figures) => figures.ordersWaiting,
  );
  single(
    'oldest_wait_for_agent_seconds',
    'How long the oldest waiting order has waited for an agent; 0 when none waits. At most 5 s old.',
    (figures) => figures.oldestWaitSeconds,
  );
}
