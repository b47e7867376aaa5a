import { schemas } from '../../lib/config/config';
import { orderPolicy } from '../../lib/config/policy';
import { addDatabase } from '../../lib/postgres/database';
import { addTemporal } from '../../lib/temporal/connection';
import { openDatabase } from '../../prisma/restaurant/client';
import { runHttpService } from '../http/service';
import { addStreams } from '../http/streams';
import { createBrowsing } from './browsing';
import { restaurantService } from './routes';

void runHttpService(restaurantService, {
  name: 'api-restaurant',
  config: schemas.restaurantApi,
  env: process.env,
  async start(service) {
    const { config } = service;
    const db = await addDatabase(service, openDatabase, config.RESTAURANT_DATABASE_URL);
    const streaming = addStreams(service, db, config.RESTAURANT_DATABASE_URL, 'feed_events');
    const temporal = await addTemporal(service);
    return { db, ...streaming, browsing: createBrowsing(db), temporal, policy: orderPolicy(config) };
  },
});
