import { Redis } from 'ioredis';
import type { Log } from './log';

export interface Cache {
  /**
   * The value under a key, or the loaded one, which is then kept for `ttlSeconds`. A failing load is passed on and not kept.
   * Without Redis every call loads: the cache is never a reason to fail.
   */
  through(key: string, ttlSeconds: number, load: () => Promise<string>): Promise<string>;
  close(): Promise<void>;
}

export function openCache(url: string, log: Log): Cache {
  const redis = new Redis(url, {
    lazyConnect: false,
    enableOfflineQueue: false, // while Redis is away a command fails at once
    maxRetriesPerRequest: 0,
    commandTimeout: 250,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5_000),
  });
  redis.on('error', (err: Error) => log.warn({ event: 'cache-error', err }, 'the cache is away'));
  return {
    async through(key, ttlSeconds, load) {
      const kept = await redis.get(key).catch(() => null);
      if (kept !== null) return kept;
      const value = await load();
      await redis.set(key, value, 'EX', ttlSeconds).catch(() => undefined);
      return value;
    },
    async close() {
      redis.disconnect();
    },
  };
}
