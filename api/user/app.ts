import type { Express } from 'express';
import { createApp, type EdgeDeps } from '../http/app';
import { orderRoutes, type OrderDeps } from './orders';
import { ratingRoutes } from './ratings';
import { restaurantRoutes, type BrowseDeps } from './restaurants';

export type UserAppDeps = OrderDeps & BrowseDeps & EdgeDeps;

export const createUserApp = (deps: UserAppDeps): Express =>
  createApp(deps, [restaurantRoutes(deps), orderRoutes(deps), ratingRoutes(deps)]);
