import { Counter, Registry } from 'prom-client';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Log } from '../logging/log';
import { openRedis, type RedisClientOptions } from './connection';

/** Limits that all processes with the same Redis share. */
export type RateLimits = ReturnType<typeof openRateLimits>;
export type RateLimit = ReturnType<RateLimits['limit']>;

interface RateLimitOptions extends RedisClientOptions {
  /** The prefix of the keys in Redis: processes with the same prefix count together. */
  prefix?: string;
}

/** Far longer than a healthy Redis takes. */
const tuning = { commandTimeout: 100, enableAutoPipelining: true };

export function openRateLimits(url: string, log: Log, options: RateLimitOptions = {}) {
  const { prefix = 'limit', ca, registry = new Registry() } = options;
  const refused = new Counter({
    name: 'rate_limited_requests_total',
    help: 'Requests refused because their caller exceeded its limit.',
    labelNames: ['limiter'],
    registers: [registry],
  });
  // `redis` has counted the request for all processes, `process` for this one alone.
  for (const limiter of ['redis', 'process']) refused.inc({ limiter }, 0);
  const redis = openRedis(url, log, { what: "the callers' shared limit", ca, options: tuning });
  return {
    /** A quota of requests for each caller in a window of time, which begins with the caller's first request. */
    limit(name: string, quota: number, windowSeconds: number) {
      const quotas = { keyPrefix: `${prefix}:${name}`, points: quota, duration: windowSeconds };
      const own = new RateLimiterMemory(quotas);
      // Once over the limit, a caller costs Redis nothing more in this window.
      const inRedis = new RateLimiterRedis({
        ...quotas,
        storeClient: redis.client,
        inMemoryBlockOnConsumed: quota + 1,
      });
      return {
        name,
        quota,
        windowSeconds,
        /** Counts one request; `resetMs`: until the window ends. Never rejects: without Redis the process counts alone. If Redis hangs, waits 0.1 s, once. */
        async take(caller: string) {
          const shared = await redis.write(() => outcome(inRedis.consume(caller)));
          const taken = shared ?? (await outcome(own.consume(caller)));
          if (!taken.allowed) refused.inc({ limiter: shared ? 'redis' : 'process' });
          return taken;
        },
      };
    },
    check: redis.check,
    close: redis.close,
  };
}

/** The library rejects with a result when the limit is exceeded, and with an Error when it could not count. */
async function outcome(consumed: Promise<RateLimiterRes>) {
  let allowed = true;
  const { remainingPoints, msBeforeNext } = await consumed.catch((error: unknown) => {
    if (!(error instanceof RateLimiterRes)) throw error;
    allowed = false;
    return error;
  });
  return { allowed, remaining: remainingPoints, resetMs: msBeforeNext };
}
