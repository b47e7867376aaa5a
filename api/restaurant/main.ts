import { loadConfig, orderPolicy, schemas } from '../../lib/config/config';
import { reachDatabase } from '../../lib/postgres/database';
import { createHealth, optional, required } from '../../lib/process/health';
import { runProcess, type Running } from '../../lib/process/run-process';
import type { Log } from '../../lib/logging/log';
import { createRegistry } from '../../lib/metrics/metrics';
import { serveMetrics } from '../../lib/metrics/server';
import { openRateLimits } from '../../lib/redis/rate-limits';
import { checkTemporal, connectTemporal } from '../../lib/temporal/connection';
import { temporalServer } from '../../lib/temporal/server';
import { dataConverterOf } from '../../lib/temporal/data-converter';
import { createStartupRetry } from '../../lib/process/startup-retry';
import { openDatabase } from '../../prisma/restaurant/client';
import { accessOf } from '../http/access-config';
import { edgeOf } from '../http/edge-config';
import { listen } from '../http/server';
import { createRestaurantApp } from './app';

const name = 'api-restaurant';

async function start(log: Log): Promise<Running> {
  const config = loadConfig(schemas.restaurantApi, process.env, log);
  const registry = createRegistry();
  const metrics = await serveMetrics(config, registry);
  const patience = createStartupRetry(config.START_LIMIT_MS, log);
  const db = openDatabase(config.RESTAURANT_DATABASE_URL, config.DATABASE_POOL_SIZE, log, {
    ca: config.DATABASE_CA_FILE,
    registry,
  });
  const checkDatabase = await reachDatabase(db, config.RESTAURANT_DATABASE_URL, patience);
  const temporal = await connectTemporal(
    temporalServer(config),
    config.TEMPORAL_NAMESPACE,
    patience,
    dataConverterOf(config.TEMPORAL_PAYLOAD_KEYS),
  );
  const limits = openRateLimits(config.REDIS_URL, log, { ca: config.REDIS_CA_FILE, registry });
  const health = createHealth(
    {
      postgresql: required(checkDatabase),
      temporal: required(() => checkTemporal(temporal)),
      // Without it each process limits its callers by itself.
      redis: optional(() => limits.check()),
    },
    log,
    registry,
  );
  const edge = { access: accessOf(config), ...edgeOf(config, limits), health, log, registry };
  const server = await listen(
    createRestaurantApp({ db, temporal, policy: orderPolicy(config), ...edge }),
    config.HOST,
    config.PORT,
    config.DRAIN_DELAY_MS,
  );
  return {
    address: server.address,
    async stop() {
      health.drain();
      await server.close();
      limits.close();
      await temporal.close();
      await db.$disconnect();
      metrics.close();
    },
  };
}

void runProcess(name, process.env, start);
