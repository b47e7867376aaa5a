/** Streams over real connections, from a source in memory. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { Registry } from 'prom-client';
import { createApp } from '../../api/http/app';
import { mount } from '../../api/http/mount';
import { eventStream, route } from '../../api/http/route';
import { createStreams, type StreamItem, type Streams, type StreamSource } from '../../lib/http/event-stream';
import { createLog } from '../../lib/logging/log';
import { createHealth } from '../../lib/process/health';
import { listenTo, type Listener } from '../fixtures/event-streams';
import { aCustomer, bearerOf, tokensRequired } from '../fixtures/tokens';
import { until } from '../fixtures/until';

const log = createLog('test', 'silent');
let server: Server;
let streams: Streams;
let registry: Registry;
let items: StreamItem[];
/** The next reads that fail. */
let failures = 0;
let responses: ServerResponse[];
const listeners: Listener[] = [];

let source: Partial<StreamSource>;
let expiresAt: number | undefined;

beforeEach(async () => {
  [items, responses, failures, source, expiresAt] = [[], [], 0, {}, undefined];
  registry = new Registry();
  streams = createStreams(log, { registry, heartbeatMs: 50 });
  server = createServer((req, res) => {
    responses.push(res);
    const after = BigInt((req.headers['last-event-id'] as string | undefined) ?? 0);
    streams.send(res, { topic: 'a', after, read: readItems, ...source }, expiresAt);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  listeners.splice(0).forEach((listener) => listener.close());
  streams.drain();
  server.closeAllConnections();
  await once(server.close(), 'close');
});

async function readItems(after: bigint, limit: number): Promise<StreamItem[]> {
  if (failures-- > 0) throw new Error('the database is away');
  return items.filter(({ position }) => position > after).slice(0, limit);
}
const happen = (count: number, size = 0): void => {
  for (let n = 0; n < count; n++) {
    const position = BigInt(items.length + 1);
    items.push({ position, type: 'step', event: { n: Number(position), text: 'x'.repeat(size) } });
  }
  streams.notify('a');
};
const listen = (options: Parameters<typeof listenTo>[1] = {}): Listener => {
  const listener = listenTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, options);
  listeners.push(listener);
  return listener;
};
const numbersOf = ({ events }: Listener) => (events as unknown as { n: number }[]).map(({ n }) => n);
const upTo = (last: number) => Array.from({ length: last }, (_item, place) => place + 1);
const openCount = async () => (await registry.getSingleMetric('event_streams_open')?.get())?.values[0]?.value;

test('everything is sent in order, what was there and what comes, however much at once', async () => {
  happen(250);
  const listener = listen();
  await listener.received(250);
  for (let n = 0; n < 50; n++) happen(3);
  await listener.received(400);
  expect(numbersOf(listener)).toEqual(upTo(400));
});

test('a client that comes back has each event once', async () => {
  const listener = listen({ comesBack: true });
  for (let n = 0; n < 20; n++) {
    happen(5);
    await listener.received(items.length - 2);
    if (n % 4 === 0) responses.at(-1)?.destroy();
  }
  await listener.received(100);
  expect(numbersOf(listener)).toEqual(upTo(100));
  expect(responses.length).toBeGreaterThan(4);
});

test('a failed read is tried again, and loses nothing', async () => {
  const listener = listen();
  await until('it is open', () => listener.isOpen);
  failures = 1;
  happen(3);
  await listener.received(3);
  expect(numbersOf(listener)).toEqual(upTo(3));
});

test('a stream of another topic is not read for', async () => {
  const reads = jest.fn(readItems);
  source = { topic: 'b', read: reads };
  const listener = listen();
  await until('the first look', () => reads.mock.calls.length === 1);
  happen(1);
  streams.notify('b');
  await listener.received(1);
  expect(reads).toHaveBeenCalledTimes(2);
});

test('a client that reads nothing costs no memory: what it has not read is not loaded', async () => {
  const listener = listen({ paused: true });
  happen(20_000, 1_000); // 20 MB
  await until('it is held up', () => responses[0]?.writableNeedDrain === true);
  expect(responses[0]?.writableLength).toBeLessThan(1_000_000);
  listener.close();
  await until('it is forgotten', async () => (await openCount()) === 0);
});

describe('a stream ends with its reason', () => {
  test('after its last event, and those behind it', async () => {
    source = { isLast: ({ position }) => position === 2n };
    happen(3);
    const listener = listen();
    await listener.ended();
    expect([numbersOf(listener), listener.endReason]).toEqual([[1, 2, 3], 'over']);
  });

  test('when the token of its caller expires', async () => {
    expiresAt = Date.now() + 200;
    const listener = listen();
    await listener.ended();
    expect(listener.endReason).toBe('token-expired');
  });

  test('when the process drains', async () => {
    const all = [listen(), listen()];
    await until('both are open', async () => (await openCount()) === 2);
    streams.drain();
    for (const listener of all) await listener.ended();
    expect(all.map(({ endReason }) => endReason)).toEqual(['draining', 'draining']);
    expect(streams.draining).toBe(true);
  });
});

test('a stream beats while nothing happens', async () => {
  listen();
  await until('it is open', () => responses.length === 1);
  const written = jest.spyOn(responses[0] as ServerResponse, 'write');
  await until('two beats', () => written.mock.calls.filter(([text]) => text === ':\n\n').length >= 2);
});

test('a client that goes before its stream begins leaves nothing behind, however often', async () => {
  const gates: (() => void)[] = [];
  const slow = route({
    method: 'GET',
    path: '/',
    id: 'slow',
    summary: 'Begins when its gate opens',
    roles: ['customer'],
    answers: eventStream('The events.', ''),
    async handle() {
      await new Promise<void>((open) => gates.push(open));
      return { source: { topic: 'a', after: 0n, read: readItems } };
    },
  });
  const edge = { health: createHealth({}, log), access: tokensRequired, log };
  server.removeAllListeners('request').on('request', createApp(edge, [mount([slow], { streams })]));
  const customer = await bearerOf(aCustomer(randomUUID()));
  for (let times = 1; times <= 25; times++) {
    const listener = listen({ headers: async () => customer });
    await until('the request is handled', () => gates.length === times);
    listener.close();
    await until('the server knows', async () => (await promisify(server.getConnections.bind(server))()) === 0);
    gates.at(-1)?.();
  }
  const back = listen({ headers: async () => customer });
  await until('the request is handled', () => gates.length === 26);
  gates.at(-1)?.();
  await until('the answer', () => back.status !== undefined);
  expect([back.status, await openCount()]).toEqual([200, 1]);
});

test('the first thing that a client gets is where it is, so that it misses nothing when it is cut off before the first event', async () => {
  happen(2);
  const listener = listen({ lastId: '2', comesBack: true });
  await until('it is open', () => listener.isOpen);
  responses[0]?.destroy();
  happen(1);
  await listener.received(1);
  expect(numbersOf(listener)).toEqual([3]);
});
