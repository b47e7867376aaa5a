import { openCache } from '../../lib/cache';
import { loadConfig, orderPolicy, schemas } from '../../lib/config';
import { reachDatabase } from '../../lib/database';
import { createHealth, optional, required } from '../../lib/health';
import { runProcess } from '../../lib/lifecycle';
import { checkTemporal, connectTemporal } from '../../lib/temporal/connection';
import { dataConverterOf } from '../../lib/temporal/data-converter';
import { createPatience } from '../../lib/wait-for';
import { openDatabase } from '../../prisma/user/client';
import { accessOf, serviceAuthorization } from '../http/access-config';
import { listen } from '../http/server';
import { createUserApp } from './app';
import { checkService, createServices } from './services';

void runProcess('api-user', process.env, async (log) => {
  const config = loadConfig(schemas.userApi, process.env);
  const patience = createPatience(config.START_LIMIT_MS, log);
  const db = openDatabase(config.USER_DATABASE_URL, config.DATABASE_POOL_SIZE, log);
  const checkDatabase = await reachDatabase(db, config.USER_DATABASE_URL, patience);
  const temporal = await connectTemporal(
    config.TEMPORAL_ADDRESS,
    config.TEMPORAL_NAMESPACE,
    dataConverterOf(config.TEMPORAL_PAYLOAD_KEYS),
    patience,
  );
  const cache = openCache(config.REDIS_URL, log);
  const urls = { restaurant: config.RESTAURANT_SERVICE_URL, delivery: config.DELIVERY_SERVICE_URL };
  const services = createServices({ urls, authorize: serviceAuthorization('api-user', config), log });

  const health = createHealth(
    {
      postgresql: required(checkDatabase),
      temporal: required(() => checkTemporal(temporal)),
      // Without these browsing is slower, or browsing and parts of an order's page are missing; orders are placed all the same.
      redis: optional(() => cache.check()),
      'restaurant-service': optional(() => checkService(urls.restaurant)),
      'delivery-service': optional(() => checkService(urls.delivery)),
    },
    log,
  );
  const access = accessOf(config);
  const app = createUserApp({ db, temporal, cache, services, policy: orderPolicy(config), access, health, log });
  const server = await listen(app, config.HOST, config.PORT, config.DRAIN_DELAY_MS);
  return {
    address: server.address,
    async stop() {
      health.drain();
      await server.close();
      await cache.close();
      await temporal.close();
      await db.$disconnect();
    },
  };
});
