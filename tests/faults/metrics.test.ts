/** `/metrics` of all six processes after successful and failed requests, and docs/metrics.md, which lists the metrics. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { queues } from '../../contracts/names';
import { processNames, type ProcessName } from '../../tools/stack/addresses';
import { codesIn, tableUnder } from '../docs/fixtures/table';
import { assigned, ask, call, cancel, delivered } from '../e2e/fixtures/platform';
import type { Exposition } from '../fixtures/exposition';
import { anOutsider } from '../fixtures/outsider';
import { until } from '../fixtures/until';
import { ownSystem, removeSystem, type OwnSystem } from './fixtures/own-system';

jest.setTimeout(150_000); // parts start slowly on a busy machine

let system: OwnSystem;
beforeAll(async () => {
  system = await ownSystem();
  await delivered();
  await call('user', 'GET', '/restaurants?hour=12');
  await call('user', 'GET', '/restaurants?hour=12');
  await ask('user', 'GET', `/orders/${randomUUID()}`);
  await ask('user', 'GET', `/no-such-place/${randomUUID()}`);
  expect((await cancel(await assigned())).status).toBe(200);
  await sendRubbish();
}, 150_000);
afterAll(removeSystem);

async function sendRubbish(): Promise<void> {
  const outsider = await anOutsider(process.env.RABBITMQ_URL ?? '');
  outsider.send(queues.restaurantRatings, 'rubbish');
  await outsider.close();
}

/** Waits: some counters follow a moment after the answer. */
const counted = (process: ProcessName, name: string, labels: Record<string, string>, expected: number) =>
  until(`${name}${JSON.stringify(labels)} of ${process} to be ${expected}`, async () => {
    return (await system.metricsOf(process)).value(name, labels) === expected || undefined;
  });

test.each<[ProcessName, string, Record<string, string>, number]>([
  ['api-user', 'http_request_duration_seconds_count', { method: 'POST', route: '/orders', status: '201' }, 2],
  ['api-user', 'http_request_duration_seconds_count', { route: '/orders/:order_id', status: '404' }, 1],
  ['api-user', 'http_request_duration_seconds_count', { route: 'unmatched', status: '404' }, 1],
  ['api-user', 'http_request_duration_seconds_count', { route: '/orders/:order_id/cancel', status: '200' }, 1],
  ['api-delivery', 'http_request_duration_seconds_count', { method: 'PATCH', route: '/deliveries/:order_id' }, 2],
  ['api-user', 'http_requests_in_flight', {}, 0],
  ['api-user', 'cache_requests_total', { result: 'miss' }, 1],
  ['api-user', 'cache_requests_total', { result: 'hit' }, 1],
  ['api-user', 'breaker_open', { name: 'restaurant' }, 0],
  ['api-user', 'breaker_open', { name: 'restaurant-browsing' }, 0],
  ['api-user', 'rate_limited_requests_total', {}, 0],
  ['worker-restaurant', 'message_duration_seconds_count', { queue: queues.placeOrder, outcome: 'handled' }, 2],
  ['worker-restaurant', 'message_attempts_count', { queue: queues.placeOrder }, 2],
  ['worker-restaurant', 'message_duration_seconds_count', { queue: queues.restaurantRatings, outcome: 'dead' }, 1],
  ['worker-restaurant', 'messages_published_total', { destination: `${queues.restaurantRatings}.dead` }, 1],
  ['worker-order', 'requests_to_services_seconds_count', { queue: queues.assignAgent, outcome: 'ok' }, 2],
  ['worker-order', 'messages_published_total', { destination: queues.assignAgent, outcome: 'confirmed' }, 2],
  ['worker-order', 'broker_connected', {}, 1],
  ['worker-order', 'broker_blocked', {}, 0],
  ['worker-order', 'orders_entered_state_total', { state: 'PENDING' }, 2],
  ['worker-order', 'orders_entered_state_total', { state: 'CONFIRMED' }, 2],
  ['worker-order', 'orders_entered_state_total', { state: 'ASSIGNED' }, 2],
  ['worker-order', 'orders_entered_state_total', { state: 'PICKED_UP' }, 1],
  ['worker-order', 'orders_entered_state_total', { state: 'DELIVERED' }, 1],
  ['worker-order', 'orders_entered_state_total', { state: 'CANCELLED' }, 1],
  ['worker-order', 'order_state_duration_seconds_count', { state: 'ASSIGNED' }, 2],
  ['worker-order', 'order_compensations_total', { outcome: 'done' }, 3],
  ['worker-order', 'order_compensations_total', { outcome: 'failing' }, 0],
  ['worker-order', 'order_undo_failures_total', {}, 0],
  ['worker-order', 'orders_open', {}, 0],
  ['worker-order', 'orders_with_failing_undo', {}, 0],
  ['worker-order', 'temporal_workflow_completed_total', { workflow_type: 'orderWorkflow' }, 2],
  ['worker-delivery', 'agents', { status: 'AVAILABLE' }, 2],
  ['worker-delivery', 'agents', { status: 'BUSY' }, 0],
  ['worker-delivery', 'orders_waiting_for_agent', {}, 0],
  ['worker-delivery', 'oldest_wait_for_agent_seconds', {}, 0],
  ['worker-delivery', 'dependency_up', { dependency: 'postgresql' }, 1],
])('%s counts %s%j', async (process, name, labels, expected) => {
  await counted(process, name, labels, expected);
});

describe('no label is unbounded', () => {
  test.each(processNames)('of %s: none holds an id', async (process) => {
    const { families } = await system.metricsOf(process);
    const samples = [...families.values()].flatMap((family) => family.samples);
    expect(samples.length).toBeGreaterThan(50);
    const values = samples.flatMap(({ labels }) => Object.values(labels));
    expect(values.filter((value) => /[0-9a-f]{8}-|no-such-place/i.test(value))).toEqual([]);
  });
});

/** Node and the SDK document their own. */
const isOurs = (name: string): boolean => !/^(nodejs|process|temporal)_/.test(name);
const namesOf = ({ families }: Exposition): string[] => [...families.keys()].filter(isOurs).sort();

describe('docs/metrics.md', () => {
  const document = path.resolve(__dirname, '../../docs/metrics.md');
  const rows = tableUnder(document, 'The metrics').map((row) => ({
    name: codesIn(row['name'] ?? '')[0] ?? '',
    labels: codesIn(row['labels'] ?? '').sort(),
    where: processesOf(row['where'] ?? ''),
  }));

  test.each(processNames)('lists exactly the metrics of %s', async (process) => {
    const listed = rows.filter(({ where }) => where.includes(process)).map(({ name }) => name);
    expect(namesOf(await system.metricsOf(process))).toEqual(listed.sort());
  });

  test('names the labels', async () => {
    const found = new Map<string, Set<string>>();
    for (const process of processNames) {
      for (const [name, { samples }] of (await system.metricsOf(process)).families) {
        const labels = samples.flatMap((sample) => Object.keys(sample.labels)).filter((label) => label !== 'le');
        if (isOurs(name) && samples.length > 0) found.set(name, new Set([...(found.get(name) ?? []), ...labels]));
      }
    }
    const listed = rows.filter(({ name }) => found.has(name)).map(({ name, labels }) => [name, labels]);
    expect(Object.fromEntries(listed)).toEqual(
      Object.fromEntries([...found].map(([name, labels]) => [name, [...labels].sort()])),
    );
  });
});

/** `all`, or process names and prefixes: `api-*`, `worker-order`. */
function processesOf(where: string): ProcessName[] {
  if (where === 'all') return processNames;
  const patterns = codesIn(where).map((code) => code.replace('*', ''));
  return processNames.filter((process) => patterns.some((pattern) => process.startsWith(pattern)));
}

/** For a scrape on a busy machine, whatever is down; far below the 10 s that Prometheus waits. */
const scrapeTimeoutMs = 4_000;

test('while a database and Temporal hang, their metrics are absent, and the others are served', async () => {
  await system.whileFrozen('postgres', () =>
    system.whileFrozen('temporal', async () => {
      const isAbsent = (process: ProcessName, name: string) =>
        until(`${name} to be absent`, async () => {
          const since = performance.now();
          const metrics = await system.metricsOf(process);
          expect(performance.now() - since).toBeLessThan(scrapeTimeoutMs);
          expect(metrics.value('process_cpu_seconds_total')).toBeGreaterThan(0);
          return metrics.value(name) === undefined && metrics.families.has(name);
        });
      await isAbsent('worker-delivery', 'agents');
      await isAbsent('worker-delivery', 'oldest_wait_for_agent_seconds');
      await isAbsent('worker-order', 'orders_open');
      expect((await system.metricsOf('worker-delivery')).value('dependency_up', { dependency: 'postgresql' })).toBe(0);
    }),
  );
  await counted('worker-delivery', 'agents', { status: 'AVAILABLE' }, 2);
  await counted('worker-order', 'orders_open', {}, 0);
});
