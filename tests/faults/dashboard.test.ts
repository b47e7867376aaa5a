/** The queries of the dashboard and of the alert rules, against the metrics of a system that has had every failure they look for. */
import { randomUUID } from 'node:crypto';
import { ordersTaskQueue, queues } from '../../contracts/names';
import { processNames } from '../../tools/stack/addresses';
import { fits, queries, selectorsOf, type Selector } from '../docs/fixtures/queries';
import { assigned, ask, cancel, delivered } from '../e2e/fixtures/platform';
import { temporal } from '../e2e/fixtures/temporal-cli';
import { labelsOf } from '../fixtures/exposition';
import { anOutsider } from '../fixtures/outsider';
import { until } from '../fixtures/until';
import { ownSystem, removeSystem, type OwnSystem } from './fixtures/own-system';

jest.setTimeout(150_000); // parts start slowly on a busy machine

interface Series {
  name: string;
  labels: Record<string, string>;
}

let system: OwnSystem;
beforeAll(async () => {
  system = await ownSystem();
  await delivered();
  await ask('user', 'GET', '/restaurants?hour=12');
  expect((await cancel(await assigned())).status).toBe(200);
  await loseAMessage();
  await failAWorkflowTask();
  await system.whileFrozen('worker-delivery', async () => {
    void delivered().catch(() => undefined); // the request for an agent times out
    const timeouts = async () =>
      (await system.metricsOf('worker-order')).value('requests_to_services_seconds_count', { outcome: 'timeout' });
    await until('a request times out', async () => ((await timeouts()) ?? 0) > 0);
  });
  await system.stop('postgres');
  expect((await ask('user', 'GET', `/orders/${randomUUID()}`)).status).toBe(503);
  await system.start('postgres');
}, 150_000);
afterAll(removeSystem);

async function loseAMessage(): Promise<void> {
  const outsider = await anOutsider(process.env.RABBITMQ_URL ?? '');
  outsider.send(queues.restaurantRatings, 'rubbish');
  await outsider.close();
}

/** As a build does that cannot continue an order. */
async function failAWorkflowTask(): Promise<void> {
  const id = `unknown-${randomUUID()}`;
  await temporal('workflow', 'start', '--workflow-id', id, '--type', 'unheardOf', '--task-queue', ordersTaskQueue);
  await series({ metric: 'temporal_workflow_task_execution_failed_total', matchers: [] });
  await temporal('workflow', 'terminate', '--workflow-id', id);
}

let known: Series[] = [];
/** Resolves once the system has served a series that the selector matches. */
const series = (selector: Selector): Promise<Series> => {
  const find = () => known.find(({ name, labels }) => name === selector.metric && fits(selector, labels));
  return until(`a series of ${selector.metric} that fits ${JSON.stringify(selector.matchers)}`, async () => {
    if (!find()) known = await everySeries();
    return find();
  });
};

/** With the labels that Prometheus adds, by observability/prometheus/prometheus.yml. */
async function everySeries(): Promise<Series[]> {
  const job = 'food-delivery';
  const ours = processNames.map(async (process) => {
    const families = [...(await system.metricsOf(process)).families.values()];
    const samples = families.flatMap((family) => family.samples);
    return [{ name: 'up', labels: {} }, ...samples].map(({ name, labels }) => ({
      name,
      labels: { ...labels, job, process },
    }));
  });
  const ofQueues = [...(await system.queueMetrics()).matchAll(/^(\w+)\{(.*)\} \S+$/gm)].map(
    ([, name = '', pairs = '']) => ({ name, labels: labelsOf(pairs) }),
  );
  return [...(await Promise.all(ours)).flat(), ...ofQueues];
}

test.each(queries)('$name finds its series: $expr', async (query) => {
  for (const selector of selectorsOf(query)) await series(selector);
});
