/** The cache with a real Redis, and without one. */
import { randomUUID } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import Redis from 'ioredis';
import { Registry } from 'prom-client';
import { openCache, type Cache } from '../../lib/redis/cache';
import { createLog } from '../../lib/logging/log';
import { readExposition } from '../fixtures/exposition';
import { until } from '../fixtures/until';

const log = createLog('test', 'silent');
const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const opened: Cache[] = [];
const open = (address: string, registry = new Registry()): Cache => {
  const cache = openCache(address, log, { registry });
  opened.push(cache);
  return cache;
};
let redis: Redis;
beforeAll(() => {
  redis = new Redis(url);
});
afterEach(() => opened.splice(0).forEach((cache) => cache.close()));
afterAll(() => redis.disconnect());

const aKey = () => `test:${randomUUID()}`;
/** A loader that counts its calls. */
const aLoad = (value = 'soup') => jest.fn(() => Promise.resolve(value));

describe('the cache', () => {
  it('loads once, and keeps the value for its TTL', async () => {
    const key = aKey();
    await redis.ping();
    const cache = open(url);
    const load = aLoad();
    // On a fresh connection or a busy machine Redis may be too slow; then the cache loads the value.
    await until('a value that was not loaded', async () => {
      const loads = load.mock.calls.length;
      expect(await cache.through(key, 15, load)).toBe('soup');
      return load.mock.calls.length === loads;
    });
    const ttl = await redis.ttl(key);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(15);
  });

  it('rejects with the error of a failed load and caches nothing', async () => {
    const key = aKey();
    const cache = open(url);
    await expect(cache.through(key, 15, () => Promise.reject(new Error('unavailable')))).rejects.toThrow('unavailable');
    expect(await redis.get(key)).toBeNull();
  });

  it('loads every time while Redis is unavailable', async () => {
    const cache = open('redis://127.0.0.1:1');
    const load = aLoad();
    expect([await cache.through('a', 15, load), await cache.through('a', 15, load)]).toEqual(['soup', 'soup']);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('skips a hanging Redis for a while after one request', async () => {
    const hanging = await aServerThatNeverAnswers();
    const cache = open(hanging.url);
    const load = aLoad();
    expect(await cache.through('a', 15, load)).toBe('soup');
    const asked = ['b', 'c', 'd', 'e'].map((key) => cache.through(key, 15, load)); // at once, before the cache tries Redis again
    expect(await Promise.all(asked)).toEqual(Array(4).fill('soup'));
    expect(load).toHaveBeenCalledTimes(5);
    expect(hanging.requests()).toBeLessThanOrEqual(1);
    await hanging.close();
  });
});

describe('the metrics of the cache', () => {
  const looks = async (registry: Registry) => {
    const metrics = readExposition(await registry.metrics());
    const results = ['hit', 'miss', 'shared', 'unavailable'].map((result) =>
      metrics.value('cache_requests_total', { result }),
    );
    return results.join();
  };

  it('distinguish hits, misses and shared loads', async () => {
    const registry = new Registry();
    const cache = open(url, registry);
    await until('Redis to be connected', () => cache.check().then(() => true));
    const key = aKey();
    await Promise.all([cache.through(key, 15, aLoad()), cache.through(key, 15, aLoad())]);
    await until('the value to be cached', async () => (await redis.exists(key)) === 1);
    await cache.through(key, 15, aLoad());
    expect(await looks(registry)).toBe('1,1,1,0');
  });

  it('count requests while Redis is unavailable', async () => {
    const registry = new Registry();
    await open('redis://127.0.0.1:1', registry).through('a', 15, aLoad());
    expect(await looks(registry)).toBe('0,0,0,1');
  });
});

async function aServerThatNeverAnswers() {
  const sockets: Socket[] = [];
  let gets = 0;
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (data) => (gets += data.toString().match(/\bget\b/gi)?.length ?? 0));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => gets,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(resolve);
      }),
  };
}
