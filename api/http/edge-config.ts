import type { RateLimits } from '../../lib/redis/rate-limits';
import type { EdgeOptions } from './app';

/** The configuration of the edge. */
interface EdgeConfig {
  RATE_LIMIT_READS_PER_MINUTE: number;
  RATE_LIMIT_WRITES_PER_MINUTE: number;
  TRUST_PROXY?: number | string[] | undefined;
  CORS_ORIGINS: string[];
}

export function edgeOf(config: EdgeConfig, limits: RateLimits): EdgeOptions {
  const perMinute = (name: string, quota: number) => (quota === 0 ? undefined : limits.limit(name, quota, 60));
  return {
    limits: {
      reads: perMinute('reads', config.RATE_LIMIT_READS_PER_MINUTE),
      writes: perMinute('writes', config.RATE_LIMIT_WRITES_PER_MINUTE),
    },
    trustProxy: config.TRUST_PROXY,
    corsOrigins: config.CORS_ORIGINS,
  };
}
