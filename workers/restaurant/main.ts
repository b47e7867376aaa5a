import { openOurBroker } from '../../lib/our-broker';
import { loadConfig, schemas } from '../../lib/config';
import { reachDatabase } from '../../lib/database';
import { required } from '../../lib/health';
import { withHealth } from '../../lib/health-server';
import { runProcess, type Running } from '../../lib/lifecycle';
import type { Log } from '../../lib/log';
import { createPatience } from '../../lib/wait-for';
import { openDatabase } from '../../prisma/restaurant/client';
import { consumeRestaurantQueues } from './consumers';

const name = 'worker-restaurant';

async function start(log: Log): Promise<Running> {
  const config = loadConfig(schemas.restaurantWorker, process.env);
  const patience = createPatience(config.START_LIMIT_MS, log);
  const db = openDatabase(config.RESTAURANT_DATABASE_URL, config.DATABASE_POOL_SIZE, log);
  const checkDatabase = await reachDatabase(db, config.RESTAURANT_DATABASE_URL, patience);
  const broker = await openOurBroker({ url: config.RABBITMQ_URL, name, patience, log });
  await consumeRestaurantQueues({ db, broker, poolSize: config.DATABASE_POOL_SIZE });
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
