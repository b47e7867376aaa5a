import { limits } from '../../contracts/limits';
import { schemas } from '../../lib/config/config';
import { orderPolicy } from '../../lib/config/policy';
import { addDatabase } from '../../lib/postgres/database';
import { openCache } from '../../lib/redis/cache';
import { addTemporal } from '../../lib/temporal/connection';
import { openDatabase } from '../../prisma/user/client';
import { hasRoom } from '../../prisma/user/orders';
import { serviceAuthorization } from '../http/access';
import { createOpenOrders } from '../open-orders';
import { runHttpService } from '../http/service';
import { addStreams } from '../http/streams';
import { userService } from './routes';
import { checkService, createServices } from './services';

void runHttpService(userService, {
  name: 'api-user',
  config: schemas.userApi,
  env: process.env,
  async start(service) {
    const { name, config, log, registry } = service;
    const db = await addDatabase(service, openDatabase, config.USER_DATABASE_URL);
    const streaming = addStreams(service, db, config.USER_DATABASE_URL, 'order_events');
    const temporal = await addTemporal(service);

    // Orders are placed without these. Without Redis browsing is slower, and without the other services it and parts of an order's page fail.
    const cache = openCache(config.REDIS_URL, log, { ca: config.REDIS_CA_FILE, registry });
    service.uses('redis', () => cache.check());
    service.onStop(() => cache.close());
    const urls = { restaurant: config.RESTAURANT_SERVICE_URL, delivery: config.DELIVERY_SERVICE_URL };
    service.uses('restaurant-service', () => checkService(urls.restaurant));
    service.uses('delivery-service', () => checkService(urls.delivery));
    const services = createServices({ urls, authorize: serviceAuthorization(name, config), log, registry });

    const openOrders = createOpenOrders((order) => hasRoom(db, order, limits.openOrders));
    return { db, ...streaming, temporal, cache, services, openOrders, policy: orderPolicy(config) };
  },
});
