import { Counter, Registry } from 'prom-client';
import type { Log } from '../logging/log';
import { openRedis, type RedisClientOptions } from './connection';

export type Cache = ReturnType<typeof openCache>;

export function openCache(url: string, log: Log, { ca, registry = new Registry() }: RedisClientOptions = {}) {
  const requests = new Counter({
    name: 'cache_requests_total',
    help: 'Cache lookups: hit, miss, shared with one in flight, or Redis was unavailable.',
    labelNames: ['result'],
    registers: [registry],
  });
  const count = (result: 'hit' | 'miss' | 'shared' | 'unavailable'): void => requests.inc({ result });
  for (const result of ['hit', 'miss', 'shared', 'unavailable']) requests.inc({ result }, 0);

  const options = { commandTimeout: 250 }; // shorter than a person notices
  const redis = openRedis(url, log, { what: 'the cache', ca, options });

  const readOrLoad = async (key: string, ttlSeconds: number, load: () => Promise<string>): Promise<string> => {
    const cached = await redis.read(() => redis.client.get(key));
    count(cached === undefined ? 'unavailable' : cached === null ? 'miss' : 'hit');
    if (typeof cached === 'string') return cached;
    const loaded = await load();
    void redis.write(() => redis.client.set(key, loaded, 'EX', ttlSeconds));
    return loaded;
  };
  /** One lookup at a time for each key: concurrent callers share it, also the load after a miss. */
  const inFlight = new Map<string, Promise<string>>();

  return {
    /**
     * Returns the cached value of a key, or loads it and caches it for `ttlSeconds`. A failed load is passed on and not cached.
     * Without Redis every call loads: the cache never makes a call fail. When Redis starts to hang, calls wait for a quarter of a second, once.
     */
    through(key: string, ttlSeconds: number, load: () => Promise<string>): Promise<string> {
      const shared = inFlight.get(key);
      if (shared) {
        count('shared');
        return shared;
      }
      const value = readOrLoad(key, ttlSeconds, load).finally(() => inFlight.delete(key));
      inFlight.set(key, value);
      return value;
    },
    check: redis.check,
    close: redis.close,
  };
}
