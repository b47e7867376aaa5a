import { Redis, type RedisOptions } from 'ioredis';
import type { Registry } from 'prom-client';

export interface RedisClientOptions {
  /** The CA of a `rediss://` server. Defaults to Node's CAs. */
  ca?: string | undefined;
  registry?: Registry;
}

export const openRedis = (url: string, ca: string | undefined, options: RedisOptions): Redis =>
  new Redis(url, {
    ...(ca !== undefined && { tls: { ca } }),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5_000),
    disconnectTimeout: 0, // a server that hangs would not close its end
    ...options,
  });

/**
 * Returns the result of a command, or undefined, at once, while Redis is down or hangs. The commands on which it starts to hang wait for
 * their timeout; then it is reconnected, and is not `ready` again before it answers.
 */
export async function unlessUnavailable<T>(redis: Redis, command: () => Promise<T>): Promise<T | undefined> {
  if (redis.status !== 'ready') return undefined;
  try {
    return await command();
  } catch {
    redis.disconnect(true);
    return undefined;
  }
}
