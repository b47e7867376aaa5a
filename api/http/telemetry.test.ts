/** What is counted of requests, on a real server. */
import { request } from 'node:http';
import express, { type Express } from 'express';
import { Registry } from 'prom-client';
import { countRequests, noteRoute } from './telemetry';
import { listen, type Listening } from './server';

let registry: Registry;
let server: Listening;
let asked: () => void = () => undefined;
beforeEach(async () => {
  registry = new Registry();
  const app: Express = express();
  app.use(countRequests(registry));
  app.use((req, _res, next) => next(req.get('x-refused') ? new Error('refused') : undefined));
  app.get('/dishes/:id', (_req, res) => void res.json({}));
  app.post(['/ratings', '/old-ratings'], noteRoute('/ratings'), (_req, res) => void res.status(201).json({}));
  app.get('/slow', () => asked());
  server = await listen(app, '127.0.0.1', 0);
});
afterEach(() => server.close());

/** `method route status`, as often as it was counted. */
async function counted(): Promise<string[]> {
  const { values = [] } = (await registry.getSingleMetric('http_request_duration_seconds')?.get()) ?? {};
  return (values as { metricName?: string; labels: Record<string, string | number>; value: number }[])
    .filter(({ metricName }) => metricName === 'http_request_duration_seconds_count')
    .flatMap(({ labels, value }) => Array<string>(value).fill(`${labels.method} ${labels.route} ${labels.status}`));
}

test.each([
  ['a route by its pattern', 'GET', '/dishes/soup', 'GET /dishes/:id 200'],
  ['HEAD as itself', 'HEAD', '/dishes/soup', 'HEAD /dishes/:id 200'],
  ['an old name by the canonical one', 'POST', '/old-ratings', 'POST /ratings 201'],
  ['no path that a client has made up', 'GET', '/made/up', 'GET unmatched 404'],
  ['no method that a client has made up', 'PROPFIND', '/dishes/soup', 'other unmatched 404'],
])('%s is counted', async (_what, method, path, expected) => {
  await fetch(`${server.address}${path}`, { method });
  expect(await counted()).toEqual([expected]);
});

test('a request that is refused before its route is looked for is unmatched', async () => {
  await fetch(`${server.address}/dishes/soup`, { headers: { 'x-refused': 'yes' } });
  expect(await counted()).toEqual(['GET unmatched 500']);
});

test('a request whose client disconnects is counted as 499, and as in flight until then', async () => {
  const inFlight = async () => (await registry.getSingleMetric('http_requests_in_flight')?.get())?.values[0]?.value;
  const arrived = new Promise<void>((resolve) => (asked = resolve));
  const sent = request(`${server.address}/slow`).on('error', () => undefined);
  sent.end();
  await arrived;
  expect(await inFlight()).toBe(1);
  sent.destroy();
  await new Promise((closed) => sent.once('close', closed));
  while ((await inFlight()) !== 0) await new Promise(setImmediate);
  expect(await counted()).toEqual(['GET /slow 499']);
});
