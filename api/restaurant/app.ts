import type { Express } from 'express';
import type { Log } from '../../lib/log';
import { createApp } from '../http/app';
import { orderRoutes, type OrdersDeps } from './orders';
import { restaurantRoutes, type RestaurantsDeps } from './restaurants';

interface RestaurantAppDeps extends RestaurantsDeps, OrdersDeps {
  log: Log;
}

/** The restaurant service's HTTP interface (contract, section 2). */
export const createRestaurantApp = (deps: RestaurantAppDeps): Express =>
  createApp(deps.log, [restaurantRoutes(deps), orderRoutes(deps)]);
