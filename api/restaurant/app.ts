import type { Express } from 'express';
import { createApp, type EdgeDeps } from '../http/app';
import { orderRoutes, type OrdersDeps } from './orders';
import { restaurantRoutes, type RestaurantsDeps } from './restaurants';

type RestaurantAppDeps = RestaurantsDeps & OrdersDeps & EdgeDeps;

/** The restaurant service's HTTP interface (contract, section 2). */
export const createRestaurantApp = (deps: RestaurantAppDeps): Express =>
  createApp(deps, [restaurantRoutes(deps), orderRoutes(deps)]);
