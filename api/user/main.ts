import { openCache } from '../../lib/redis/cache';
import { loadConfig, orderPolicy, schemas } from '../../lib/config/config';
import { reachDatabase } from '../../lib/postgres/database';
import { createHealth, optional, required } from '../../lib/process/health';
import { runProcess } from '../../lib/process/run-process';
import { createRegistry } from '../../lib/metrics/metrics';
import { serveMetrics } from '../../lib/metrics/server';
import { openRateLimits } from '../../lib/redis/rate-limits';
import { checkTemporal, connectTemporal } from '../../lib/temporal/connection';
import { temporalServer } from '../../lib/temporal/server';
import { dataConverterOf } from '../../lib/temporal/data-converter';
import { createStartupRetry } from '../../lib/process/startup-retry';
import { openDatabase } from '../../prisma/user/client';
import { accessOf, serviceAuthorization } from '../http/access-config';
import { edgeOf } from '../http/edge-config';
import { listen } from '../http/server';
import { createUserApp } from './app';
import { checkService, createServices } from './services';

void runProcess('api-user', process.env, async (log) => {
  const config = loadConfig(schemas.userApi, process.env, log);
  const registry = createRegistry();
  const metrics = await serveMetrics(config, registry);
  const patience = createStartupRetry(config.START_LIMIT_MS, log);
  const db = openDatabase(config.USER_DATABASE_URL, config.DATABASE_POOL_SIZE, log, {
    ca: config.DATABASE_CA_FILE,
    registry,
  });
  const checkDatabase = await reachDatabase(db, config.USER_DATABASE_URL, patience);
  const temporal = await connectTemporal(
    temporalServer(config),
    config.TEMPORAL_NAMESPACE,
    patience,
    dataConverterOf(config.TEMPORAL_PAYLOAD_KEYS),
  );
  const cache = openCache(config.REDIS_URL, log, { ca: config.REDIS_CA_FILE, registry });
  const limits = openRateLimits(config.REDIS_URL, log, { ca: config.REDIS_CA_FILE, registry });
  const urls = { restaurant: config.RESTAURANT_SERVICE_URL, delivery: config.DELIVERY_SERVICE_URL };
  const services = createServices({ urls, authorize: serviceAuthorization('api-user', config), log, registry });

  const health = createHealth(
    {
      postgresql: required(checkDatabase),
      temporal: required(() => checkTemporal(temporal)),
      // Without these browsing is slower and limits are not shared, or browsing and parts of an order's page are missing; orders are placed all the same.
      redis: optional(() => cache.check()),
      'restaurant-service': optional(() => checkService(urls.restaurant)),
      'delivery-service': optional(() => checkService(urls.delivery)),
    },
    log,
    registry,
  );
  const edge = { access: accessOf(config), ...edgeOf(config, limits), health, log, registry };
  const app = createUserApp({ db, temporal, cache, services, policy: orderPolicy(config), ...edge });
  const server = await listen(app, config.HOST, config.PORT, config.DRAIN_DELAY_MS);
  return {
    address: server.address,
    async stop() {
      health.drain();
      await server.close();
      await cache.close();
      limits.close();
      await temporal.close();
      await db.$disconnect();
      metrics.close();
    },
  };
});
