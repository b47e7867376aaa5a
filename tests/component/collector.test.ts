/** Tracing with a collector that hangs, and without one. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { isTracing, startTracing, stopTracing } from '../../lib/tracing/sdk';
import { inSpan } from '../../lib/tracing/tracing';

const lines: { event?: string; level: number }[] = [];
const log = pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line) as { level: number }) });
const warnings = () => lines.filter(({ level }) => level >= 40).map(({ event }) => event);

const servers: Server[] = [];
/** The address of a collector that answers like this. */
async function aCollector(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const recordSpans = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await inSpan('work', {}, async () => undefined);
};

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  lines.length = 0;
});

test.each([
  ['no endpoint', {}],
  ['an empty endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ['a malformed endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }],
  ['the SDK disabled', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' }],
])('with %s nothing is traced', async (_what, env) => {
  await startTracing('a process', env, log);
  expect(isTracing()).toBe(false);
});

test('a collector that hangs slows down neither the process nor its shutdown, and causes one warning at most', async () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: await aCollector(() => undefined), OTEL_BSP_SCHEDULE_DELAY: '10' };
  Object.assign(process.env, env); // the exporter and the queue read their settings there
  await startTracing('a process', env, log);
  const before = performance.now();
  await recordSpans(10_000); // more than the queue holds
  expect(performance.now() - before).toBeLessThan(5_000);
  const stopping = performance.now();
  await stopTracing();
  expect(performance.now() - stopping).toBeLessThan(3_000);
  expect(warnings().length).toBeLessThanOrEqual(1);
});
