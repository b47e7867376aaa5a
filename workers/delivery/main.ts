import { ourAppId } from '../../contracts/names';
import { openBroker } from '../../lib/broker/broker';
import { loadConfig, schemas } from '../../lib/config';
import { waitFor } from '../../lib/wait-for';
import { runProcess, type Running } from '../../lib/lifecycle';
import type { Log } from '../../lib/log';
import { declareTopology } from '../../lib/topology';
import { openDatabase } from '../../prisma/delivery/client';
import { consumeDeliveryQueues } from './consumers';

const name = 'worker-delivery';

async function start(log: Log): Promise<Running> {
  const config = loadConfig(schemas.deliveryWorker, process.env);
  const db = openDatabase(config.DELIVERY_DATABASE_URL, config.DATABASE_POOL_SIZE, log);
  await waitFor('PostgreSQL', () => db.$queryRaw`SELECT 1`, log);
  const broker = await openBroker({ url: config.RABBITMQ_URL, name, appId: ourAppId, log, topology: declareTopology });
  await consumeDeliveryQueues({ db, broker, log, poolSize: config.DATABASE_POOL_SIZE });
  return {
    async stop() {
      await broker.close();
      await db.$disconnect();
    },
  };
}

void runProcess(name, process.env, start);
