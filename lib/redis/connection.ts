import { Redis, type RedisOptions } from 'ioredis';

export interface RedisConnectionOptions extends RedisOptions {
  commandTimeout: number;
  /** The CA of a `rediss://` server. Defaults to Node's CAs. */
  ca?: string | undefined;
}

/** A connection that reconnects automatically. Commands fail at once while Redis is down, and at the timeout if it hangs. */
export const openRedis = (url: string, { ca, ...options }: RedisConnectionOptions): Redis =>
  new Redis(url, {
    ...(ca !== undefined && { tls: { ca } }),
    lazyConnect: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5_000),
    ...options,
  });
