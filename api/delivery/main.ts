import type { AgentAssignedMessage } from '../../contracts/messages';
import { ourAppId, queues } from '../../contracts/names';
import { createAnnounce } from '../../lib/broker/announce';
import { openBroker } from '../../lib/broker/broker';
import { loadConfig, schemas } from '../../lib/config';
import { waitFor } from '../../lib/wait-for';
import { runProcess, type Running } from '../../lib/lifecycle';
import type { Log } from '../../lib/log';
import { connectTemporal } from '../../lib/temporal/connection';
import { declareTopology } from '../../lib/topology';
import { openDatabase } from '../../prisma/delivery/client';
import { listen } from '../http/server';
import { createDeliveryApp } from './app';

const name = 'api-delivery';

async function start(log: Log): Promise<Running> {
  const config = loadConfig(schemas.deliveryApi, process.env);
  const db = openDatabase(config.DELIVERY_DATABASE_URL, config.DATABASE_POOL_SIZE, log);
  await waitFor('PostgreSQL', () => db.$queryRaw`SELECT 1`, log);
  const broker = await openBroker({ url: config.RABBITMQ_URL, name, appId: ourAppId, log, topology: declareTopology });
  const temporal = await connectTemporal(config.TEMPORAL_ADDRESS, config.TEMPORAL_NAMESPACE, log);
  const announce = createAnnounce<AgentAssignedMessage>(broker, queues.agentAssigned, log);
  const server = await listen(
    createDeliveryApp({ db, temporal, announce, log }),
    config.HOST,
    config.PORT,
    config.DRAIN_DELAY_MS,
  );
  return {
    address: server.address,
    async stop() {
      await server.close();
      await Promise.all([broker.close(), temporal.close()]);
      await db.$disconnect();
    },
  };
}

void runProcess(name, process.env, start);
