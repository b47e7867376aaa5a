import type { Express } from 'express';
import type { Log } from '../../lib/log';
import { createApp } from '../http/app';
import { orderRoutes, type OrderDeps } from './orders';
import { ratingRoutes } from './ratings';
import { restaurantRoutes, type BrowseDeps } from './restaurants';

export type UserAppDeps = OrderDeps & BrowseDeps & { log: Log };

export const createUserApp = (deps: UserAppDeps): Express =>
  createApp(deps.log, [restaurantRoutes(deps), orderRoutes(deps), ratingRoutes(deps)]);
