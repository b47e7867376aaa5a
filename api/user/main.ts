import { openCache } from '../../lib/cache';
import { loadConfig, orderPolicy, schemas } from '../../lib/config';
import { waitFor } from '../../lib/wait-for';
import { runProcess } from '../../lib/lifecycle';
import { connectTemporal } from '../../lib/temporal/connection';
import { openDatabase } from '../../prisma/user/client';
import { listen } from '../http/server';
import { createUserApp } from './app';
import { createServices } from './services';

void runProcess('api-user', process.env, async (log) => {
  const config = loadConfig(schemas.userApi, process.env);
  const db = openDatabase(config.USER_DATABASE_URL, config.DATABASE_POOL_SIZE, log);
  await waitFor('PostgreSQL', () => db.$queryRaw`SELECT 1`, log);
  const temporal = await connectTemporal(config.TEMPORAL_ADDRESS, config.TEMPORAL_NAMESPACE, log);
  const cache = openCache(config.REDIS_URL, log);
  const urls = { restaurant: config.RESTAURANT_SERVICE_URL, delivery: config.DELIVERY_SERVICE_URL };
  const services = createServices({ urls, log });

  const app = createUserApp({ db, temporal, cache, services, policy: orderPolicy(config), log });
  const server = await listen(app, config.HOST, config.PORT, config.DRAIN_DELAY_MS);
  return {
    address: server.address,
    async stop() {
      await server.close();
      await cache.close();
      await temporal.close();
      await db.$disconnect();
    },
  };
});
