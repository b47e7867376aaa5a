import { Redis } from 'ioredis';
import type { Log } from './log';

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

export function openCache(url: string, log: Log): Cache {
  const redis = new Redis(url, {
    lazyConnect: false,
    enableOfflineQueue: false, // while Redis is away a command fails at once
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5_000),
  });
  redis.on('error', (err: Error) => log.warn({ event: 'cache-error', err }, 'the cache is away'));

  let askAgainAt = 0;
  /** What a command answers; null when Redis is away or was a moment ago. */
  const ask = async <T>(command: () => Promise<T>): Promise<T | null> => {
    if (Date.now() < askAgainAt) return null;
    try {
      return await command();
    } catch {
      askAgainAt = Date.now() + avoidMs;
      return null;
    }
  };

  /** One load at a time for each key: when a value expires, all who want it wait for the same. */
  const loading = new Map<string, Promise<string>>();
  const loadOnce = (key: string, ttlSeconds: number, load: () => Promise<string>): Promise<string> => {
    const loaded = load().finally(() => loading.delete(key));
    loading.set(key, loaded);
    loaded.then((value) => ask(() => redis.set(key, value, 'EX', ttlSeconds))).catch(() => undefined);
    return loaded;
  };

  return {
    async through(key, ttlSeconds, load) {
      const kept = await ask(() => redis.get(key));
      return kept ?? loading.get(key) ?? loadOnce(key, ttlSeconds, load);
    },
    check: () => redis.ping(),
    async close() {
      redis.disconnect();
    },
  };
}
