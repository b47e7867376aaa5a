import { addBroker } from '../../lib/broker/broker';
import { schemas } from '../../lib/config/config';
import { addDatabase } from '../../lib/postgres/database';
import { runWorker } from '../../lib/process/service';
import { openDatabase } from '../../prisma/restaurant/client';
import { startPruning } from '../prune-feeds';
import { consumeRestaurantQueues } from './consumers';

void runWorker({
  name: 'worker-restaurant',
  config: schemas.restaurantWorker,
  env: process.env,
  async start(service) {
    const { config, log } = service;
    const db = await addDatabase(service, openDatabase, config.RESTAURANT_DATABASE_URL);
    const broker = await addBroker(service);
    await consumeRestaurantQueues({ db, broker, poolSize: config.DATABASE_POOL_SIZE });
    const pruning = startPruning({ ...config, db, log });
    service.onStop(() => pruning.close());
  },
});
