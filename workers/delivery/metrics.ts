import type { Registry } from 'prom-client';
import { askedGauge, atMostEvery } from '../../lib/metrics/metrics';
import type { Database } from '../../prisma/delivery/client';
import { readFigures, type Figures } from '../../prisma/delivery/figures';

/** For all gauges together, and whoever scrapes them. */
const keepMs = 5_000;

/** Registers the gauges of the agents and of the orders that wait for one, as the database has them: of the whole system. */
export function watchDelivery(registry: Registry, db: Database): void {
  const read = atMostEvery(keepMs, () => readFigures(db));
  askedGauge(registry, {
    name: 'agents',
    help: 'Agents, by what they are, in the whole system. At most 5 s old.',
    labelNames: ['status'],
    async ask() {
      const { availableAgents, busyAgents } = await read();
      return [
        { labels: { status: 'AVAILABLE' }, value: availableAgents },
        { labels: { status: 'BUSY' }, value: busyAgents },
      ];
    },
  });
  const single = (name: string, help: string, of: (figures: Figures) => number) =>
    askedGauge(registry, { name, help, labelNames: [], ask: async () => [{ labels: {}, value: of(await read()) }] });
  single(
    'orders_waiting_for_agent',
    'Orders that wait for an agent, in the whole system. At most 5 s old.',
    (figures) => figures.ordersWaiting,
  );
  single(
    'oldest_wait_for_agent_seconds',
    'How long the order has waited for an agent that has waited longest; 0 when none waits. At most 5 s old.',
    (figures) => figures.oldestWaitSeconds,
  );
}
