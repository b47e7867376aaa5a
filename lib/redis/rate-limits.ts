import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Registry } from 'prom-client';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Log } from '../logging/log';
import { openRedis } from './connection';

/** How often each caller may ask in a window of time, which begins with the caller's first request. */
export interface RateLimit {
  readonly name: string;
  readonly quota: number;
  readonly windowSeconds: number;
  /**
   * Counts one request. Never rejects. Counts for itself while Redis is away, without waiting for it; a Redis that begins to hang
   * is waited for once, for a tenth of a second.
   */
  take(caller: string): Promise<Taken>;
}

export interface Taken {
  allowed: boolean;
  /** How many more requests this window has for the caller. */
  remaining: number;
  /** Until the window ends. */
  resetMs: number;
}

/** Limits that are shared with every process that has the same Redis. */
export interface RateLimits {
  limit(name: string, quota: number, windowSeconds: number): RateLimit;
  /** Rejects when Redis does not answer. */
  check(): Promise<unknown>;
  close(): void;
}

/** Far above what a healthy Redis takes. */
const commandTimeoutMs = 100;
/** A Redis that hangs is asked so often whether it is back. */
const askAgainMs = 1_000;

interface Wishes {
  /** Of the keys in Redis: processes with the same one count together. */
  prefix?: string;
  /** By whom the certificate of a `rediss://` server has to be signed; left out: by those whom Node trusts. */
  ca?: string | undefined;
  registry?: Registry;
}

export function openRateLimits(url: string, log: Log, { prefix = 'limit', ca, registry }: Wishes = {}): RateLimits {
  const countRefused = refusedCounter(registry);
  const redis = openRedis(url, { ca, commandTimeout: commandTimeoutMs, enableAutoPipelining: true });
  redis.on('error', (err: Error) => log.warn({ event: 'limits-error', err }, 'the shared limits are away'));
  let hangs = false;
  let closed = false;

  /** No request should have to find out whether Redis still hangs. */
  const leaveAlone = async (): Promise<void> => {
    if (hangs || redis.status !== 'ready') return;
    hangs = true;
    while (hangs && !closed) {
      await sleep(askAgainMs, undefined, { ref: false });
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
      // Whoever is over the limit costs Redis nothing more in this window.
      const inRedis = new RateLimiterRedis({ ...options, storeClient: redis, inMemoryBlockOnConsumed: quota + 1 });
      const takeShared = async (caller: string): Promise<Taken | undefined> => {
        if (hangs || redis.status !== 'ready') return undefined;
        try {
          return await outcome(inRedis.consume(caller));
        } catch {
          void leaveAlone();
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

/** By who has counted: Redis for all processes, or the process for itself. */
function refusedCounter(registry = new Registry()) {
  const refused = new Counter({
    name: 'rate_limited_requests_total',
    help: 'Requests that were refused because their caller had asked too often.',
    labelNames: ['limiter'],
    registers: [registry],
  });
  const count = (limiter: 'redis' | 'process', times = 1): void => refused.inc({ limiter }, times);
  count('redis', 0);
  count('process', 0);
  return count;
}

/** The library rejects with what is a refusal; with an Error when it could not count. */
async function outcome(consumed: Promise<RateLimiterRes>): Promise<Taken> {
  const taken = (allowed: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Taken => ({
    allowed,
    remaining: remainingPoints,
    resetMs: msBeforeNext,
  });
  try {
    return taken(true, await consumed);
  } catch (err) {
    if (err instanceof RateLimiterRes) return taken(false, err);
    throw err;
  }
}
