import { addBroker } from '../../lib/broker/broker';
import { schemas } from '../../lib/config/config';
import { addDatabase } from '../../lib/postgres/database';
import { runWorker } from '../../lib/process/service';
import { openDatabase } from '../../prisma/delivery/client';
import { startPruning } from '../prune-feeds';
import { consumeDeliveryQueues } from './consumers';
import { watchDelivery } from './metrics';

void runWorker({
  name: 'worker-delivery',
  config: schemas.deliveryWorker,
  env: process.env,
  async start(service) {
    const { config, log, registry } = service;
    const db = await addDatabase(service, openDatabase, config.DELIVERY_DATABASE_URL);
    const broker = await addBroker(service);
    watchDelivery(registry, db);
    await consumeDeliveryQueues({ db, broker, log, poolSize: config.DATABASE_POOL_SIZE });
    const pruning = startPruning({ ...config, db, log });
    service.onStop(() => pruning.close());
  },
});
