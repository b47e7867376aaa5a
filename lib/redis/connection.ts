import { Redis, type RedisOptions } from 'ioredis';

export interface RedisConnectionOptions extends RedisOptions {
  commandTimeout: number;
  /** By whom the certificate of a `rediss://` server has to be signed; left out: by those whom Node trusts. */
  ca?: string | undefined;
}

/** A connection that comes back by itself. While Redis is away a command fails at once, and after its time if Redis hangs. */
export const openRedis = (url: string, { ca, ...options }: RedisConnectionOptions): Redis =>
  new Redis(url, {
    ...(ca !== undefined && { tls: { ca } }),
    lazyConnect: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5_000),
    ...options,
  });
