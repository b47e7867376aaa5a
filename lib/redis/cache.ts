import { Counter, Registry } from 'prom-client';
import type { Log } from '../logging/log';
import { openRedis } from './connection';

export interface Cache {
  /**
   * The value under a key, or the loaded one, which is then kept for `ttlSeconds`. A failing load is passed on and not kept.
   * Without Redis every call loads: the cache is never a reason to fail, and one that hangs delays one call in a while.
   */
  through(key: string, ttlSeconds: number, load: () => Promise<string>): Promise<string>;
  /** Rejects when Redis does not answer. */
  check(): Promise<unknown>;
  close(): Promise<void>;
}

/** After a failed command the cache is left alone for so long. */
const avoidMs = 1_000;
/** Above what a healthy Redis ever takes, below what a person notices. */
const commandTimeoutMs = 250;

interface CacheOptions {
  /** By whom the certificate of a `rediss://` server has to be signed; left out: by those whom Node trusts. */
  ca?: string | undefined;
  registry?: Registry;
}

const results = ['hit', 'miss', 'shared', 'away'] as const;

export function openCache(url: string, log: Log, { ca, registry = new Registry() }: CacheOptions = {}): Cache {
  const requests = new Counter({
    name: 'cache_requests_total',
    help: 'Looks into the cache: found there, not found, shared with one under way, or the cache was away.',
    labelNames: ['result'],
    registers: [registry],
  });
  const count = (result: (typeof results)[number], times = 1): void => requests.inc({ result }, times);
  for (const result of results) count(result, 0);

  const redis = openRedis(url, { ca, commandTimeout: commandTimeoutMs });
  redis.on('error', (err: Error) => log.warn({ event: 'cache-error', err }, 'the cache is away'));

  let askAgainAt = 0;
  /** What a command answers; undefined when Redis is away or was a moment ago. */
  const ask = async <T>(command: () => Promise<T>): Promise<T | undefined> => {
    if (Date.now() < askAgainAt) return undefined;
    try {
      return await command();
    } catch {
      askAgainAt = Date.now() + avoidMs;
      return undefined;
    }
  };

  const readOrLoad = async (key: string, ttlSeconds: number, load: () => Promise<string>): Promise<string> => {
    const kept = await ask(() => redis.get(key));
    if (typeof kept === 'string') {
      count('hit');
      return kept;
    }
    count(kept === null ? 'miss' : 'away');
    const loaded = await load();
    void ask(() => redis.set(key, loaded, 'EX', ttlSeconds));
    return loaded;
  };
  /** One look at a time for each key: all who want a value at the same moment share it, also when it has expired and is loaded. */
  const underWay = new Map<string, Promise<string>>();

  return {
    async through(key, ttlSeconds, load) {
      const shared = underWay.get(key);
      if (shared) {
        count('shared');
        return shared;
      }
      const value = readOrLoad(key, ttlSeconds, load).finally(() => underWay.delete(key));
      underWay.set(key, value);
      return value;
    },
    check: () => redis.ping(),
    async close() {
      redis.disconnect();
    },
  };
}
