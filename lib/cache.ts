import type { Log } from './log';
import { openRedis } from './redis';

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

/** @param ca By whom the certificate of a `rediss://` server has to be signed; left out: by those whom Node trusts. */
export function openCache(url: string, log: Log, ca?: string): Cache {
  const redis = openRedis(url, { ca, commandTimeout: commandTimeoutMs });
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

  const readOrLoad = async (key: string, ttlSeconds: number, load: () => Promise<string>): Promise<string> => {
    const kept = await ask(() => redis.get(key));
    if (kept !== null) return kept;
    const loaded = await load();
    void ask(() => redis.set(key, loaded, 'EX', ttlSeconds));
    return loaded;
  };
  /** One look at a time for each key: all who want a value at the same moment share it, also when it has expired and is loaded. */
  const underWay = new Map<string, Promise<string>>();

  return {
    async through(key, ttlSeconds, load) {
      const shared = underWay.get(key);
      if (shared) return shared;
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
