/** A process loads no tracing packages unless it has a collector. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startProcess } from '../faults/fixtures/processes';
import { until } from '../fixtures/until';

const folder = mkdtempSync(path.join(tmpdir(), 'tracing-off-'));
const preload = path.join(folder, 'preload.cjs');
/** Makes the process print the files that it loaded when it exits. */
writeFileSync(
  preload,
  `process.on('exit', () => console.log(JSON.stringify({ event: 'loaded', files: Object.keys(require.cache) })));`,
);
afterAll(() => rmSync(folder, { recursive: true }));

const before = { ...process.env };
afterEach(() => void (process.env = { ...before }));

/** The OpenTelemetry packages and instrumentations that a process has loaded after it answered a request and exited. */
async function loaded(env: NodeJS.ProcessEnv): Promise<string[]> {
  Object.assign(process.env, env, { NODE_OPTIONS: `--require ${JSON.stringify(preload)}` });
  const api = await startProcess('api/restaurant', { id: '' });
  expect((await fetch(`${api.address}/restaurants`)).status).toBe(200);
  expect(await api.drain()).toBe(0);
  const line = await until('the loaded files', () => api.log().match(/^\{"event":"loaded".*\}$/m)?.[0]);
  const { files } = JSON.parse(line) as { files: string[] };
  const packages = files.map(
    (file) => /node_modules\/(@opentelemetry\/[^/]+|@prisma\/instrumentation)/.exec(file)?.[1],
  );
  return [...new Set(packages)].filter((name) => name !== undefined).sort();
}

test('without a collector a process loads only the API', async () => {
  expect(await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toEqual(['@opentelemetry/api']);
});

test('with a collector it loads the SDK and exports its spans as protobuf before it exits', async () => {
  const exports: string[] = [];
  const collector = createServer((req, res) => {
    exports.push([req.url, req.headers['content-type'], req.headers['x-key']].join(' '));
    req.resume().on('end', () => res.end());
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  const packages = await loaded({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret',
  });
  expect(packages).toEqual(expect.arrayContaining(['@opentelemetry/sdk-trace-base', '@prisma/instrumentation']));
  expect(exports).toEqual(['/v1/traces application/x-protobuf secret']);
  collector.close();
});
