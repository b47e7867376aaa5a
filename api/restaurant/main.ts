import { loadConfig, orderPolicy, schemas } from '../../lib/config';
import { waitFor } from '../../lib/wait-for';
import { runProcess, type Running } from '../../lib/lifecycle';
import type { Log } from '../../lib/log';
import { connectTemporal } from '../../lib/temporal/connection';
import { openDatabase } from '../../prisma/restaurant/client';
import { listen } from '../http/server';
import { createRestaurantApp } from './app';

const name = 'api-restaurant';

async function start(log: Log): Promise<Running> {
  const config = loadConfig(schemas.restaurantApi, process.env);
  const db = openDatabase(config.RESTAURANT_DATABASE_URL, config.DATABASE_POOL_SIZE, log);
  await waitFor('PostgreSQL', () => db.$queryRaw`SELECT 1`, log);
  const temporal = await connectTemporal(config.TEMPORAL_ADDRESS, config.TEMPORAL_NAMESPACE, log);
  const server = await listen(
    createRestaurantApp({ db, temporal, policy: orderPolicy(config), log }),
    config.HOST,
    config.PORT,
    config.DRAIN_DELAY_MS,
  );
  return {
    address: server.address,
    async stop() {
      await server.close();
      await temporal.close();
      await db.$disconnect();
    },
  };
}

void runProcess(name, process.env, start);
