import { loadConfig, orderPolicy, schemas } from '../../lib/config';
import { reachDatabase } from '../../lib/database';
import { createHealth, required } from '../../lib/health';
import { runProcess, type Running } from '../../lib/lifecycle';
import type { Log } from '../../lib/log';
import { checkTemporal, connectTemporal } from '../../lib/temporal/connection';
import { dataConverterOf } from '../../lib/temporal/data-converter';
import { createPatience } from '../../lib/wait-for';
import { openDatabase } from '../../prisma/restaurant/client';
import { accessOf } from '../http/access-config';
import { listen } from '../http/server';
import { createRestaurantApp } from './app';

const name = 'api-restaurant';

async function start(log: Log): Promise<Running> {
  const config = loadConfig(schemas.restaurantApi, process.env);
  const patience = createPatience(config.START_LIMIT_MS, log);
  const db = openDatabase(config.RESTAURANT_DATABASE_URL, config.DATABASE_POOL_SIZE, log);
  const checkDatabase = await reachDatabase(db, config.RESTAURANT_DATABASE_URL, patience);
  const temporal = await connectTemporal(
    config.TEMPORAL_ADDRESS,
    config.TEMPORAL_NAMESPACE,
    dataConverterOf(config.TEMPORAL_PAYLOAD_KEYS),
    patience,
  );
  const health = createHealth(
    {
      postgresql: required(checkDatabase),
      temporal: required(() => checkTemporal(temporal)),
    },
    log,
  );
  const server = await listen(
    createRestaurantApp({ db, temporal, policy: orderPolicy(config), access: accessOf(config), health, log }),
    config.HOST,
    config.PORT,
    config.DRAIN_DELAY_MS,
  );
  return {
    address: server.address,
    async stop() {
      health.drain();
      await server.close();
      await temporal.close();
      await db.$disconnect();
    },
  };
}

void runProcess(name, process.env, start);
