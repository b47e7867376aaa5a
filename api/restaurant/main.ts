import { schemas } from '../../lib/config/config';
import { orderPolicy } from '../../lib/config/policy';
import { addDatabase } from '../../lib/postgres/database';
import { addTemporal } from '../../lib/temporal/connection';
import { openDatabase } from '../../prisma/restaurant/client';
import { runHttpService } from '../http/service';
import { createBrowsing } from './browsing';
import { restaurantService } from './routes';

void runHttpService(restaurantService, {
  name: 'api-restaurant',
  config: schemas.restaurantApi,
  env: process.env,
  async start(service) {
    const { config } = service;
    const db = await addDatabase(service, openDatabase, config.RESTAURANT_DATABASE_URL);
    const temporal = await addTemporal(service);
    return { db, browsing: createBrowsing(db), temporal, policy: orderPolicy(config) };
  },
});
