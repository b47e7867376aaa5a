import { Counter, Registry } from 'prom-client';
import type { Log } from '../logging/log';
import { openRedis } from './connection';

export interface Cache {
  /**
   * Returns the cached value of a key, or loads it and caches it for `ttlSeconds`. A failed load is passed on and not cached.
   * Without Redis every call loads: the cache never makes a call fail, and a Redis that hangs delays one call a second.
   */
  through(key: string, ttlSeconds: number, load: () => Promise<string>): Promise<string>;
  /** Rejects when Redis does not answer. */
  check(): Promise<unknown>;
  close(): Promise<void>;
}

/** After a failed command Redis is not called for this long. */
const avoidMs = 1_000;
/** Longer than a healthy Redis ever takes, shorter than a person notices. */
const commandTimeoutMs = 250;

interface CacheOptions {
  /** The CA of a `rediss://` server. Defaults to Node's CAs. */
  ca?: string | undefined;
  registry?: Registry;
}

const results = ['hit', 'miss', 'shared', 'unavailable'] as const;

export function openCache(url: string, log: Log, { ca, registry = new Registry() }: CacheOptions = {}): Cache {
  const requests = new Counter({
    name: 'cache_requests_total',
    help: 'Cache lookups: hit, miss, shared with one in flight, or Redis was unavailable.',
    labelNames: ['result'],
    registers: [registry],
  });
  const count = (result: (typeof results)[number], times = 1): void => requests.inc({ result }, times);
  for (const result of results) count(result, 0);

  const redis = openRedis(url, { ca, commandTimeout: commandTimeoutMs });
  redis.on('error', (error: Error) => log.warn({ event: 'cache-error', err: error }, 'the cache is unavailable'));

  let retryAt = 0;
  /** The result of a command; undefined while Redis is unavailable. */
  const run = async <T>(command: () => Promise<T>): Promise<T | undefined> => {
    if (Date.now() < retryAt) return undefined;
    try {
      return await command();
    } catch {
      retryAt = Date.now() + avoidMs;
      return undefined;
    }
  };

  const readOrLoad = async (key: string, ttlSeconds: number, load: () => Promise<string>): Promise<string> => {
    const cached = await run(() => redis.get(key));
    if (typeof cached === 'string') {
      count('hit');
      return cached;
    }
    count(cached === null ? 'miss' : 'unavailable');
    const loaded = await load();
    void run(() => redis.set(key, loaded, 'EX', ttlSeconds));
    return loaded;
  };
  /** One lookup at a time for each key: concurrent callers share it, also the load after a miss. */
  const inFlight = new Map<string, Promise<string>>();

  return {
    async through(key, ttlSeconds, load) {
      const shared = inFlight.get(key);
      if (shared) {
        count('shared');
        return shared;
      }
      const value = readOrLoad(key, ttlSeconds, load).finally(() => inFlight.delete(key));
      inFlight.set(key, value);
      return value;
    },
    check: () => redis.ping(),
    async close() {
      redis.disconnect();
    },
  };
}
