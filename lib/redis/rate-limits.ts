import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Registry } from 'prom-client';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Log } from '../logging/log';
import { openRedis } from './connection';

/** A quota of requests for each caller in a window of time, which begins with the caller's first request. */
export interface RateLimit {
  readonly name: string;
  readonly quota: number;
  readonly windowSeconds: number;
  /**
   * Counts one request. Never rejects. While Redis is unavailable the process counts on its own, without waiting; a Redis that starts to
   * hang delays one request, by a tenth of a second.
   */
  take(caller: string): Promise<Taken>;
}

export interface Taken {
  allowed: boolean;
  /** How many more requests the caller has in this window. */
  remaining: number;
  /** Until the window ends. */
  resetMs: number;
}

/** Limits that all processes with the same Redis share. */
export interface RateLimits {
  limit(name: string, quota: number, windowSeconds: number): RateLimit;
  /** Rejects when Redis does not answer. */
  check(): Promise<unknown>;
  close(): void;
}

/** Far longer than a healthy Redis takes. */
const commandTimeoutMs = 100;
/** How often a Redis that hangs is checked. */
const recheckMs = 1_000;

interface RateLimitOptions {
  /** The prefix of the keys in Redis: processes with the same prefix count together. */
  prefix?: string;
  /** The CA of a `rediss://` server. Defaults to Node's CAs. */
  ca?: string | undefined;
  registry?: Registry;
}

export function openRateLimits(
  url: string,
  log: Log,
  { prefix = 'limit', ca, registry }: RateLimitOptions = {},
): RateLimits {
  const countRefused = refusedCounter(registry);
  const redis = openRedis(url, { ca, commandTimeout: commandTimeoutMs, enableAutoPipelining: true });
  redis.on('error', (error: Error) =>
    log.warn({ event: 'limits-error', err: error }, 'the shared limits are unavailable'),
  );
  let hangs = false;
  let closed = false;

  /** Checks Redis in the background, so that no request has to wait for one that hangs. */
  const awaitRecovery = async (): Promise<void> => {
    if (hangs || redis.status !== 'ready') return;
    hangs = true;
    while (hangs && !closed) {
      await sleep(recheckMs, undefined, { ref: false });
      hangs = await redis.ping().then(
        () => false,
        () => true,
      );
    }
  };

  return {
    limit(name, quota, windowSeconds) {
      const options = { keyPrefix: `${prefix}:${name}`, points: quota, duration: windowSeconds };
      const own = new RateLimiterMemory(options);
      // Once over the limit, a caller costs Redis nothing more in this window.
      const inRedis = new RateLimiterRedis({ ...options, storeClient: redis, inMemoryBlockOnConsumed: quota + 1 });
      const takeShared = async (caller: string): Promise<Taken | undefined> => {
        if (hangs || redis.status !== 'ready') return undefined;
        try {
          return await outcome(inRedis.consume(caller));
        } catch {
          void awaitRecovery();
          return undefined;
        }
      };
      return {
        name,
        quota,
        windowSeconds,
        async take(caller) {
          const shared = await takeShared(caller);
          const taken = shared ?? (await outcome(own.consume(caller)));
          if (!taken.allowed) countRefused(shared ? 'redis' : 'process');
          return taken;
        },
      };
    },
    check: () => redis.ping(),
    close() {
      closed = true;
      redis.disconnect();
    },
  };
}

/** Labelled by where the request was counted: in Redis for all processes, or in the process alone. */
function refusedCounter(registry = new Registry()) {
  const refused = new Counter({
    name: 'rate_limited_requests_total',
    help: 'Requests refused because their caller exceeded its limit.',
    labelNames: ['limiter'],
    registers: [registry],
  });
  const count = (limiter: 'redis' | 'process', times = 1): void => refused.inc({ limiter }, times);
  count('redis', 0);
  count('process', 0);
  return count;
}

/** The library rejects with a result when the limit is exceeded, and with an Error when it could not count. */
async function outcome(consumed: Promise<RateLimiterRes>): Promise<Taken> {
  const taken = (allowed: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Taken => ({
    allowed,
    remaining: remainingPoints,
    resetMs: msBeforeNext,
  });
  try {
    return taken(true, await consumed);
  } catch (error) {
    if (error instanceof RateLimiterRes) return taken(false, error);
    throw error;
  }
}
