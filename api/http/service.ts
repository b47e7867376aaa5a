import type { AccessConfig } from '../../lib/config/access';
import type { HttpConfig } from '../../lib/config/http';
import type { ProcessConfig } from '../../lib/config/process';
import type { RedisConfig } from '../../lib/config/servers';
import { runService, type ServiceDefinition } from '../../lib/process/service';
import { openRateLimits, type RateLimits } from '../../lib/redis/rate-limits';
import { accessOf } from './access';
import { createServiceApp } from './app';
import type { ServiceRoutes } from './route';
import { listen } from './server';
import type { StreamDeps } from './streams';

type HttpServiceConfig = ProcessConfig & HttpConfig & AccessConfig & RedisConfig & { PORT: number };

/** Serves the routes on `HOST` and `PORT`. Redis is optional: without it each process limits its callers on its own. */
export const runHttpService = <Deps extends StreamDeps, Config extends HttpServiceConfig>(
  routes: ServiceRoutes<Deps>,
  definition: ServiceDefinition<Config, NoInfer<Deps>>,
): Promise<void> =>
  runService({
    ...definition,
    async start(service) {
      const { config, log, registry } = service;
      const limits = openRateLimits(config.REDIS_URL, log, { ca: config.REDIS_CA_FILE, registry });
      service.uses('redis', () => limits.check());
      service.onStop(() => limits.close());
      const deps = await definition.start(service);
      return async (health) => {
        const { TRUST_PROXY: trustProxy, CORS_ORIGINS: corsOrigins } = config;
        const edge = { access: accessOf(config), limits: limitsOf(config, limits), trustProxy, corsOrigins };
        const app = createServiceApp(routes, { ...deps, ...edge, health, log, registry });
        const sharedAddress = trustProxy === undefined ? {} : { maxConnectionsPerAddress: Infinity };
        const server = await listen(app, config.HOST, config.PORT, config.DRAIN_DELAY_MS, sharedAddress);
        service.onStop(() => server.close());
        service.onStop(() => deps.streams.drain()); // first, as the server waits for the ends of its answers
        return server.address;
      };
    },
  });

function limitsOf(config: HttpConfig, limits: RateLimits) {
  const perMinute = (name: string, quota: number) => (quota === 0 ? undefined : limits.limit(name, quota, 60));
  return {
    reads: perMinute('reads', config.RATE_LIMIT_READS_PER_MINUTE),
    writes: perMinute('writes', config.RATE_LIMIT_WRITES_PER_MINUTE),
  };
}
