import type { AgentAssignedMessage } from '../../contracts/messages';
import { queues } from '../../contracts/names';
import { addBroker, createBestEffortPublish } from '../../lib/broker/broker';
import { schemas } from '../../lib/config/config';
import { addDatabase } from '../../lib/postgres/database';
import { addTemporal } from '../../lib/temporal/connection';
import { openDatabase } from '../../prisma/delivery/client';
import { runHttpService } from '../http/service';
import { addStreams } from '../http/streams';
import { deliveryService } from './routes';

void runHttpService(deliveryService, {
  name: 'api-delivery',
  config: schemas.deliveryApi,
  env: process.env,
  async start(service) {
    const { config, log } = service;
    const db = await addDatabase(service, openDatabase, config.DELIVERY_DATABASE_URL);
    const streaming = addStreams(service, db, config.DELIVERY_DATABASE_URL, 'feed_events');
    // It only notifies an order sooner that an agent has become free; the order polls anyway.
    const broker = await addBroker(service, { required: false });
    const notifyOrders = createBestEffortPublish<AgentAssignedMessage>(broker, queues.agentAssigned, log);
    const temporal = await addTemporal(service);
    return { db, ...streaming, temporal, notifyOrders };
  },
});
