import type { Express } from 'express';
import { createApp, type EdgeDeps } from '../http/app';
import { documentRoutes } from '../http/documents';
import { orderRoutes, type OrdersDeps } from './orders';
import { restaurantRoutes, type RestaurantsDeps } from './restaurants';
import { restaurantDocument } from './openapi';

type RestaurantAppDeps = RestaurantsDeps & OrdersDeps & EdgeDeps;

/** The restaurant service's HTTP interface (contract, section 2). */
export const createRestaurantApp = (deps: RestaurantAppDeps): Express =>
  createApp(deps, [documentRoutes(restaurantDocument), restaurantRoutes(deps), orderRoutes(deps)]);
