import { addBroker } from '../../lib/broker/broker';
import { schemas } from '../../lib/config/config';
import { orderPolicy } from '../../lib/config/policy';
import { addDatabase } from '../../lib/postgres/database';
import { runWorker } from '../../lib/process/service';
import { addTemporal } from '../../lib/temporal/connection';
import { openDatabase } from '../../prisma/user/client';
import { consumeOrderQueues } from './consumers';
import { watchOrders } from './metrics';
import { startRelay } from './relay';
import { startSweep } from './sweep';
import { installRuntime, startTemporalWorker } from './worker';

void runWorker({
  name: 'worker-order',
  config: schemas.orderWorker,
  env: process.env,
  async start(service) {
    const { config, log, registry } = service;
    await installRuntime(service);
    const db = await addDatabase(service, openDatabase, config.USER_DATABASE_URL);
    const temporal = await addTemporal(service);
    const broker = await addBroker(service);
    watchOrders(registry, temporal);
    const worker = await startTemporalWorker(service, { db, broker });
    await consumeOrderQueues({ broker, db, client: temporal.client, policy: orderPolicy(config), log });
    worker.run();
    const { USER_DATABASE_URL: url, DATABASE_CA_FILE: ca } = config;
    const relay = startRelay({ db, url, ca, broker, log });
    service.onStop(() => relay.close());
    const sweep = startSweep({ db, log });
    service.onStop(() => sweep.close());
  },
});
