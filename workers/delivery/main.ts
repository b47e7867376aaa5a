import { brokerServer, openPlatformBroker } from '../../lib/broker/platform-broker';
import { loadConfig, schemas } from '../../lib/config/config';
import { reachDatabase } from '../../lib/postgres/database';
import { required } from '../../lib/process/health';
import { withHealth } from '../../lib/process/health-server';
import { runProcess } from '../../lib/process/run-process';
import { createRegistry } from '../../lib/metrics/metrics';
import { serveMetrics } from '../../lib/metrics/server';
import { createStartupRetry } from '../../lib/process/startup-retry';
import { openDatabase } from '../../prisma/delivery/client';
import { consumeDeliveryQueues } from './consumers';
import { watchDelivery } from './metrics';

const name = 'worker-delivery';

void runProcess(name, process.env, async (log) => {
  const config = loadConfig(schemas.deliveryWorker, process.env, log);
  const registry = createRegistry();
  const metrics = await serveMetrics(config, registry);
  return withHealth(config, { log, registry }, async () => {
    const patience = createStartupRetry(config.START_LIMIT_MS, log);
    const db = openDatabase(config.DELIVERY_DATABASE_URL, config.DATABASE_POOL_SIZE, log, {
      ca: config.DATABASE_CA_FILE,
      registry,
    });
    const checkDatabase = await reachDatabase(db, config.DELIVERY_DATABASE_URL, patience);
    const broker = await openPlatformBroker({ ...brokerServer(config), name, patience, log, registry });
    watchDelivery(registry, db);
    await consumeDeliveryQueues({ db, broker, log, poolSize: config.DATABASE_POOL_SIZE });
    return {
      dependencies: { postgresql: required(checkDatabase), rabbitmq: required(() => broker.check()) },
      async stop() {
        await broker.close();
        await db.$disconnect();
        metrics.close();
      },
    };
  });
});
