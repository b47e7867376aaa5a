import { ourAppId } from '../../contracts/names';
import { openBroker } from '../../lib/broker/broker';
import { loadConfig, schemas } from '../../lib/config';
import { required } from '../../lib/health';
import { withHealth } from '../../lib/health-server';
import { runProcess, type Running } from '../../lib/lifecycle';
import type { Log } from '../../lib/log';
import { declareTopology } from '../../lib/topology';
import { createPatience, hostOf } from '../../lib/wait-for';
import { openDatabase } from '../../prisma/delivery/client';
import { consumeDeliveryQueues } from './consumers';

const name = 'worker-delivery';

async function start(log: Log): Promise<Running> {
  const config = loadConfig(schemas.deliveryWorker, process.env);
  const patience = createPatience(config.START_LIMIT_MS, log);
  const url = config.DELIVERY_DATABASE_URL;
  const db = openDatabase(url, config.DATABASE_POOL_SIZE, log);
  const checkDatabase = () => db.$queryRaw`SELECT 1`;
  await patience.waitFor(`PostgreSQL at ${hostOf(url)}`, checkDatabase);
  const broker = await openBroker({
    url: config.RABBITMQ_URL,
    name,
    appId: ourAppId,
    log,
    topology: declareTopology,
    patience,
  });
  await consumeDeliveryQueues({ db, broker, log, poolSize: config.DATABASE_POOL_SIZE });
  const worker = {
    dependencies: { postgresql: required(checkDatabase), rabbitmq: required(() => broker.check()) },
    async stop() {
      await broker.close();
      await db.$disconnect();
    },
  };
  return withHealth(worker, config, log);
}

void runProcess(name, process.env, start);
