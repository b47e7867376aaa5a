/** Rate limits on real servers, with and without a real Redis. */
import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import { Registry } from 'prom-client';
import { createApp } from '../../api/http/app';
import { only } from '../../api/http/access';
import { networkOf } from '../../api/http/limits';
import { listen } from '../../api/http/server';
import { createHealth } from '../../lib/process/health';
import { createLog } from '../../lib/logging/log';
import { openRateLimits } from '../../lib/redis/rate-limits';
import { readExposition } from '../fixtures/exposition';
import { expectRefusal, sendRaw, type RawAnswer } from '../fixtures/raw-http';
import { aCustomer, anOperator, bearerOf, tokensRequired } from '../fixtures/tokens';
import { until } from '../fixtures/until';

const log = createLog('test', 'silent');
const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
/** Nothing listens on port 1: it is reserved. */
const noRedis = 'redis://127.0.0.1:1';

const opened: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

interface Given {
  redis?: string;
  /** APIs with the same prefix share their counts. */
  prefix?: string;
  reads?: number;
  writes?: number;
  windowSeconds?: number;
  trustProxy?: number;
}

/** An API with a public route and one for customers. Its windows are so long that none ends during a test. */
async function anApi({ redis = noRedis, prefix = randomUUID(), trustProxy, windowSeconds = 600, ...quotas }: Given) {
  const registry = new Registry();
  const limits = openRateLimits(redis, log, { prefix, registry });
  const { reads = 5, writes = 5 } = quotas;
  const router = Router()
    .get('/menu', (_req, res) => void res.json('soup'))
    .get('/mine', only('customer'), (_req, res) => void res.json('mine'))
    .post('/mine', only('customer'), (_req, res) => void res.json('done'));
  const app = createApp(
    {
      health: createHealth({}, log),
      access: tokensRequired,
      log,
      trustProxy,
      limits: {
        reads: limits.limit('reads', reads, windowSeconds),
        writes: limits.limit('writes', writes, windowSeconds),
      },
    },
    [router],
  );
  const server = await listen(app, '127.0.0.1', 0);
  opened.push(
    () => server.close(),
    () => limits.close(),
  );
  const send = (method: string, path: string, headers: Record<string, string> = {}) =>
    sendRaw(server.address, { method, path, headers });
  return {
    send,
    /** The number of refusals by the limiter: `redis` or `process`. */
    refused: async (limiter: string) =>
      readExposition(await registry.metrics()).value('rate_limited_requests_total', { limiter }),
    menu: (headers?: Record<string, string>) => send('GET', '/menu', headers),
    /** So many requests to the menu, one after the other. */
    async menus(count: number, headers?: Record<string, string>) {
      const statuses: number[] = [];
      for (let n = 0; n < count; n++) statuses.push((await send('GET', '/menu', headers)).status);
      return statuses;
    },
  };
}

const statusesOf = (answers: RawAnswer[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
const aCustomersToken = () => bearerOf(aCustomer(randomUUID()));

describe('a limit', () => {
  test('lets through its quota of concurrent requests', async () => {
    const api = await anApi({ reads: 10 });
    expect(statusesOf(await Promise.all(Array.from({ length: 50 }, () => api.menu())))).toEqual({ 200: 10, 429: 40 });
  });

  test('is announced in each answer, and refuses as the contract says', async () => {
    const api = await anApi({ reads: 2, windowSeconds: 60 });
    const [first, second, third] = [await api.menu(), await api.menu(), await api.menu()];
    const announced = [first, second, third].map(({ headers }) => [headers['ratelimit-policy'], headers.ratelimit]);
    expect(announced).toEqual([
      ['"reads";q=2;w=60', expect.stringMatching(/^"reads";r=1;t=(60|59|5\d)$/)],
      ['"reads";q=2;w=60', expect.stringMatching(/^"reads";r=0;t=(60|59|5\d)$/)],
      ['"reads";q=2;w=60', expect.stringMatching(/^"reads";r=0;t=(60|59|5\d)$/)],
    ]);
    expect(first.headers['retry-after']).toBeUndefined();
    expectRefusal(third);
    expect(third.status).toBe(429);
    expect(third.headers['retry-after']).toBe(/t=(\d+)/.exec(String(third.headers.ratelimit))?.[1]);
  });

  test('ends with its window', async () => {
    const api = await anApi({ reads: 1, windowSeconds: 1 });
    await until('a refusal', async () => (await api.menu()).status === 429);
    await until('an answer again', async () => (await api.menu()).status === 200);
  });

  test('counts each caller separately, and no operator or service', async () => {
    const api = await anApi({ reads: 3 });
    const [one, another] = [await aCustomersToken(), await aCustomersToken()];
    expect(await api.menus(4, one)).toEqual([200, 200, 200, 429]);
    expect(await api.menus(4, another)).toEqual([200, 200, 200, 429]);
    expect(await api.menus(4)).toEqual([200, 200, 200, 429]);
    for (const caller of [anOperator, { role: 'service', sub: 'another' } as const]) {
      expect(await api.menus(10, await bearerOf(caller))).toEqual(Array(10).fill(200));
    }
  });

  test('counts reads and writes separately', async () => {
    const api = await anApi({ reads: 2, writes: 1 });
    const token = await aCustomersToken();
    const asked = [];
    for (const method of ['POST', 'POST', 'GET', 'HEAD', 'GET']) asked.push(await api.send(method, '/mine', token));
    expect(asked.map(({ status }) => status)).toEqual([200, 429, 200, 200, 429]);
    expect(asked[1]?.headers['ratelimit-policy']).toMatch(/^"writes";q=1;/);
  });

  test('counts requests to unknown routes', async () => {
    const api = await anApi({ reads: 1 });
    expect((await api.send('GET', '/nope')).status).toBe(404);
    expect((await api.send('GET', '/nope')).status).toBe(429);
  });

  test('exempts health checks', async () => {
    const api = await anApi({ reads: 1 });
    await api.menus(2);
    for (const path of ['/health', '/health/ready']) {
      const { status, headers } = await api.send('GET', path);
      expect([status, headers.ratelimit]).toEqual([200, undefined]);
    }
  });
});

describe('a client that sends', () => {
  const forged = { authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.x' };

  test('bad tokens is limited, and callers with a good token at the same address are not', async () => {
    const api = await anApi({ reads: 3 });
    expect(await api.menus(5, forged)).toEqual([401, 401, 401, 429, 429]);
    expect(await api.menus(1, await aCustomersToken())).toEqual([200]);
  });

  test('no token is limited too', async () => {
    const api = await anApi({ writes: 2 });
    const asked = [];
    for (let n = 0; n < 3; n++) asked.push((await api.send('POST', '/mine')).status);
    expect(asked).toEqual([401, 401, 429]);
  });
});

describe('an address', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test("is the connection's, whatever the client claims", async () => {
    const api = await anApi({ reads: 1 });
    expect(await api.menus(1, from('203.0.113.1'))).toEqual([200]);
    expect(await api.menus(1, from('203.0.113.2'))).toEqual([429]);
  });

  test('is the one from a trusted proxy, whatever its client claims', async () => {
    const api = await anApi({ reads: 1, trustProxy: 1 });
    expect(await api.menus(1, from('198.51.100.1, 203.0.113.1'))).toEqual([200]);
    expect(await api.menus(1, from('203.0.113.2'))).toEqual([200]);
    expect(await api.menus(1, from('198.51.100.2, 203.0.113.1'))).toEqual([429]);
  });

  test.each([
    ['203.0.113.1', '203.0.113.1'],
    ['::ffff:203.0.113.1', '203.0.113.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('two instances', () => {
  test('share their counts', async () => {
    const prefix = randomUUID();
    const given = { reads: 10, windowSeconds: 60, prefix, redis: redisUrl };
    const [one, another] = [await anApi(given), await anApi(given)];
    // On a busy machine Redis may be too slow for one instance, which then counts alone for a moment: retry with another customer.
    await until('shared counts', async () => {
      const token = await aCustomersToken();
      const asked = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? one : another).menu(token));
      expect(statusesOf(await Promise.all(asked))).toEqual({ 200: 10, 429: 30 });
      expect((await one.menu(token)).headers.ratelimit).toMatch(/^"reads";r=0;t=([1-5]?\d|60)$/);
      return true;
    });
    expect(await one.refused('redis')).toBeGreaterThan(0);
  });

  test('count separately without Redis', async () => {
    const prefix = randomUUID();
    const given = { reads: 10, prefix, redis: noRedis };
    const [one, another] = [await anApi(given), await anApi(given)];
    for (const api of [one, another]) {
      expect(statusesOf(await Promise.all(Array.from({ length: 20 }, () => api.menu())))).toEqual({ 200: 10, 429: 10 });
      expect([await api.refused('process'), await api.refused('redis')]).toEqual([10, 0]);
    }
  });
});
