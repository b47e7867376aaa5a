import { Redis, type RedisOptions } from 'ioredis';

/** A connection that comes back by itself. While Redis is away a command fails at once, and after its time if Redis hangs. */
export const openRedis = (url: string, options: RedisOptions & { commandTimeout: number }): Redis =>
  new Redis(url, {
    lazyConnect: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5_000),
    ...options,
  });
