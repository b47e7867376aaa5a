/** The HTTP edge's protection against slow clients, too many connections, large or deep requests, and pages of other origins. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Router, type Request, type Response } from 'express';
import type { Caller } from '../../contracts/access';
import type { Access } from '../../api/http/access';
import { createApp, type EdgeOptions } from '../../api/http/app';
import { defaultBodyLimit, readJson } from '../../api/http/json-body';
import { listen, type Listening, type ServerLimits } from '../../api/http/server';
import { createHealth } from '../../lib/process/health';
import { createLog } from '../../lib/logging/log';
import { expectRefusal, sendRaw } from '../fixtures/raw-http';
import { accessOff, aCustomer, anOperator, aRestaurant, bearerOf, tokensRequired } from '../fixtures/tokens';
import { until } from '../fixtures/until';

const log = createLog('test', 'silent');
const opened: Listening[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((server) => server.close()))));

async function anApi(
  options: EdgeOptions = {},
  limits: Partial<ServerLimits> = {},
  access: Access = accessOff,
  routers: Router[] = [],
) {
  const router = Router()
    .get('/menu', (_req, res) => void res.json('soup'))
    .post(
      '/echo',
      readJson(defaultBodyLimit),
      (req: Request, res: Response) => void res.status(201).location('/echo/1').json(req.body),
    );
  const app = createApp({ health: createHealth({}, log), access, log, ...options }, [router, ...routers]);
  const server = await listen(app, '127.0.0.1', 0, 0, limits);
  opened.push(server);
  return server;
}

async function aConnection({ address }: Listening): Promise<Socket & { received: () => string }> {
  const { hostname, port } = new URL(address);
  let received = '';
  const socket = connect(Number(port), hostname);
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return Object.assign(socket, { received: () => received });
}

describe('a slow client', () => {
  const limits = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };

  test.each([
    ['sends its headers', 'GET /menu HTTP/1.1\r\nHost: localhost\r\n'],
    [
      'sends its body',
      'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    ],
  ])('that slowly %s gets a 408 and does not block others', async (_what, beginning) => {
    const server = await anApi({}, limits);
    const slow = await aConnection(server);
    const cut = once(slow, 'close');
    slow.write(beginning);
    const trickle = setInterval(() => slow.write('X'), 50);
    expect((await sendRaw(server.address, { method: 'GET', path: '/menu' })).status).toBe(200);
    await cut;
    clearInterval(trickle);
    expect(slow.received()).toMatch(/^HTTP\/1.1 408 /);
    expect((await sendRaw(server.address, { method: 'GET', path: '/menu' })).status).toBe(200);
  });

  test('that sends nothing gets a 408', async () => {
    const server = await anApi({}, limits);
    const silent = await aConnection(server);
    await once(silent, 'close');
    expect(silent.received()).toMatch(/^HTTP\/1.1 408 /);
  });

  test('is distinguished from one that keeps its connection for the next request', async () => {
    const server = await anApi({}, limits);
    const [keeping, slow] = [await aConnection(server), await aConnection(server)];
    const ask = async (): Promise<void> => {
      const before = keeping.received().length;
      keeping.write('GET /menu HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(keeping, 'data');
      expect(keeping.received().slice(before)).toMatch(/^HTTP\/1.1 200 /);
    };
    await ask();
    slow.write('GET');
    await once(slow, 'close');
    await ask();
    keeping.destroy();
  });
});

test('a client that does not read its answer is closed; one that reads gets all of it', async () => {
  const large = 'x'.repeat(30_000_000); // more than the buffers of the system hold
  const closed: Promise<unknown>[] = [];
  const router = Router().get('/large', (_req, res: Response) => {
    closed.push(once(res, 'close'));
    res.send(large);
  });
  const server = await anApi({}, { stalledTimeout: 500 }, accessOff, [router]);
  expect((await sendRaw(server.address, { method: 'GET', path: '/large' })).text).toHaveLength(large.length);
  const stalled = await aConnection(server);
  stalled.pause();
  stalled.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until('both have asked', async () => closed.length === 2);
  await Promise.all(closed);
  const gone = once(stalled, 'close');
  stalled.resume();
  await gone;
  expect(stalled.received().length).toBeLessThan(large.length);
});

test('the requests that a client sends at once over one connection are begun one after the other', async () => {
  const begun: Response[] = [];
  const router = Router().get('/held', (_req, res: Response) => void begun.push(res));
  const server = await anApi({}, {}, accessOff, [router]);
  const socket = await aConnection(server);
  socket.write('GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
  for (const count of [1, 2, 3]) {
    await until(`${count} are begun`, async () => begun.length === count);
    await sleep(20);
    expect(begun).toHaveLength(count);
    begun.at(-1)?.json(count);
  }
  await until('all are answered', async () => socket.received().split('HTTP/1.1 200 ').length === 4);
  socket.destroy();
});

describe('many requests of one caller at once', () => {
  let held: Response[];
  let server: Listening;
  beforeEach(async () => {
    held = [];
    const router = Router().all('/held', (_req, res: Response) => void held.push(res));
    server = await anApi({}, {}, tokensRequired, [router]);
  });
  const ask = async (caller: Caller, signal?: AbortSignal, method = 'GET') =>
    (await fetch(`${server.address}/held`, { method, headers: await bearerOf(caller), signal: signal ?? null })).status;
  const change = (caller: Caller) => ask(caller, undefined, 'POST');
  const areHeld = (count: number) => until(`${count} are in progress`, async () => held.length === count);
  const answer = (count: number) => held.splice(0, count).forEach((res) => res.json('done'));

  test('wait for their turn, six at a time, and keep nobody else waiting', async () => {
    const asked = Array.from({ length: 14 }, () => ask(greedy));
    await areHeld(6);
    const others = ask(aCustomer(randomUUID()));
    await areHeld(7);
    answer(7);
    expect(await others).toBe(200);
    await areHeld(6);
    answer(6);
    await areHeld(2);
    answer(2);
    expect(await Promise.all(asked)).toEqual(asked.map(() => 200));
  });

  test('wait two at a time where a customer changes something, and reads do not wait for them', async () => {
    const changes = Array.from({ length: 5 }, () => change(greedy));
    await areHeld(2);
    const read = ask(greedy);
    await areHeld(3);
    answer(3);
    await areHeld(2);
    answer(2);
    await areHeld(1);
    answer(1);
    expect(await Promise.all([...changes, read])).toEqual(Array(6).fill(200));
  });

  test('of a restaurant that changes something are six at a time too', async () => {
    const restaurant = aRestaurant(randomUUID());
    const more = Array.from({ length: 7 }, () => change(restaurant));
    await areHeld(6);
    answer(6);
    await areHeld(1);
    answer(1);
    await Promise.all(more);
  });

  test('are forgotten when their client goes before their turn', async () => {
    const first = Array.from({ length: 6 }, () => ask(greedy));
    await areHeld(6);
    const gone = new AbortController();
    const waiting = Array.from({ length: 3 }, () => ask(greedy, gone.signal).catch(() => 'gone'));
    const last = ask(greedy);
    gone.abort();
    expect(await Promise.all(waiting)).toEqual(['gone', 'gone', 'gone']);
    answer(6);
    await Promise.all(first);
    await areHeld(1);
    answer(1);
    expect(await last).toBe(200);
  });

  test('beyond 200 that wait are refused', async () => {
    const asked = Array.from({ length: 207 }, () => ask(greedy));
    expect(await Promise.race(asked)).toBe(429);
    let answered = 0;
    for (const each of asked) void each.then(() => (answered += 1));
    await until('all are answered', async () => {
      answer(6);
      return answered === asked.length;
    });
    expect((await Promise.all(asked)).filter((status) => status === 429)).toHaveLength(1);
  });

  test('of an operator are not limited', async () => {
    const asked = Array.from({ length: 20 }, () => ask(anOperator));
    await areHeld(20);
    answer(20);
    await Promise.all(asked);
  });

  const greedy = aCustomer(randomUUID());
});

test('a server closes a connection above its maximum and keeps the others', async () => {
  const server = await anApi({}, { maxConnections: 1 });
  const first = await aConnection(server);
  const second = await aConnection(server);
  await once(second, 'close');
  first.write('GET /menu HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(first, 'data');
  expect(first.received()).toMatch(/^HTTP\/1.1 200 /);
  first.destroy();
});

test('a server closes connections above the maximum of one address, and opens others once there is room', async () => {
  const server = await anApi({}, { maxConnectionsPerAddress: 2 });
  const [first, second, third] = [await aConnection(server), await aConnection(server), await aConnection(server)];
  await once(third, 'close');
  second.destroy();
  await until('there is room', async () => {
    const next = await aConnection(server);
    next.write('GET /menu HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await once(next, 'close');
    return next.received().startsWith('HTTP/1.1 200 ');
  });
  first.destroy();
});

test.each([
  [90, 200],
  [110, 431],
  [1_500, 431],
])('a request with %i headers is answered with %i', async (count, status) => {
  const server = await anApi();
  const headers = Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, '1']));
  const answer = await sendRaw(server.address, { method: 'GET', path: '/menu', headers });
  expect(answer.status).toBe(status);
});

describe('a body', () => {
  const nested = (levels: number, [open, close]: [string, string]) => open.repeat(levels) + close.repeat(levels);
  const send = async (body: string) =>
    sendRaw((await anApi()).address, {
      method: 'POST',
      path: '/echo',
      headers: { 'content-type': 'application/json' },
      body,
    });

  test.each<[string, [string, string]]>([
    ['arrays', ['[', ']']],
    ['objects', ['{"a":[', ']}']],
  ])('of nested %s may be 20 levels deep, but no deeper', async (kind, pair) => {
    const levels = kind === 'arrays' ? 20 : 10;
    expect((await send(nested(levels, pair))).status).toBe(201);
    const answer = await send(nested(levels + 1, pair));
    expectRefusal(answer);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('deeper than 20 levels');
  });

  test('with many brackets in a text is accepted', async () => {
    expect((await send(JSON.stringify({ name: '['.repeat(1_000) }))).status).toBe(201);
  });
});

test('a request with two Authorization headers is refused: who sends it is not clear', async () => {
  const server = await anApi({}, {}, tokensRequired);
  const socket = await aConnection(server);
  const { authorization } = await bearerOf(anOperator);
  const header = `Authorization: ${authorization}\r\n`;
  socket.write(`GET /menu HTTP/1.1\r\nHost: localhost\r\n${header}${header}\r\n`);
  await once(socket, 'data');
  expect(socket.received()).toMatch(/^HTTP\/1.1 401 /);
  socket.destroy();
});

describe('a service without authentication', () => {
  const statusFor = async (headers: Record<string, string>) =>
    (await sendRaw((await anApi()).address, { method: 'GET', path: '/menu', headers })).status;

  test.each(['localhost', 'localhost:8001', '127.0.0.1:8001', '[::1]:8001', '127.1.2.3'])(
    'answers by the name of this machine %s',
    async (host) => expect(await statusFor({ host })).toBe(200),
  );
  test.each(['evil.example', 'evil.example:8001', '127.0.0.1.evil.example', '10.0.0.1', 'localhost.evil.example'])(
    'refuses %s, which a web page can point here',
    async (host) => expect(await statusFor({ host })).toBe(403),
  );
  test('refuses pages of other sites, but not programs and pages of its own', async () => {
    expect(await statusFor({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await statusFor({ 'sec-fetch-site': 'same-origin' })).toBe(200);
  });
});

describe('an answer', () => {
  test.each([
    ['that succeeds', '/menu', 200],
    ['that fails', '/nope', 404],
  ])('%s has the security headers of plain data and does not name the software', async (_what, path, status) => {
    const answer = await sendRaw((await anApi()).address, { method: 'GET', path });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers).not.toHaveProperty('server');
  });
});

describe('a page of another origin', () => {
  const shop = 'https://shop.example';
  const get = (server: Listening, origin: string, method = 'GET', path = '/menu') =>
    sendRaw(server.address, { method, path, headers: { origin } });
  const preflight = (server: Listening, origin: string) =>
    sendRaw(server.address, {
      method: 'OPTIONS',
      path: '/echo',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const corsOf = ({ headers }: { headers: Record<string, unknown> }) =>
    Object.keys(headers).filter((name) => name.startsWith('access-control'));

  test('gets no CORS headers by default', async () => {
    const server = await anApi();
    const answers = [await get(server, shop), await preflight(server, shop)];
    expect(answers.map(corsOf)).toEqual([[], []]);
  });

  test('may send requests with a token if its origin is configured', async () => {
    const server = await anApi({ corsOrigins: ['https://other.example', shop] });
    const allowed = await preflight(server, shop);
    expect(allowed.status).toBe(204);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': shop,
      'access-control-allow-methods': expect.stringContaining('POST') as string,
      'access-control-allow-headers': expect.stringMatching(/authorization/i) as string,
      vary: 'Origin',
    });
    const { headers } = await get(server, shop);
    expect(headers).toMatchObject({ 'access-control-allow-origin': shop, vary: 'Origin' });
    expect(headers['access-control-expose-headers']).toContain('Retry-After');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  test('with a configured origin can also read an error', async () => {
    const server = await anApi({ corsOrigins: [shop] }, {}, tokensRequired);
    const answer = await sendRaw(server.address, {
      method: 'GET',
      path: '/menu',
      headers: { origin: shop, authorization: 'Bearer x' },
    });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([401, shop]);
  });

  test.each(['https://shop.example.evil.example', 'http://shop.example', 'https://shop.example:8443', 'null'])(
    'whose origin is only similar to a configured one gets no CORS headers: %s',
    async (origin) => {
      const server = await anApi({ corsOrigins: [shop] });
      const answers = [await get(server, origin), await preflight(server, origin)];
      expect(answers.map(corsOf)).toEqual([[], []]);
      expect(answers.map(({ headers }) => headers.vary)).toEqual(['Origin', 'Origin']);
    },
  );
});
