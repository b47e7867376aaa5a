import type { Express } from 'express';
import { createApp, type EdgeDeps } from '../http/app';
import { documentRoutes } from '../http/documents';
import { orderRoutes, type OrderDeps } from './orders';
import { ratingRoutes } from './ratings';
import { restaurantRoutes, type BrowseDeps } from './restaurants';
import { userDocument } from './openapi';

export type UserAppDeps = OrderDeps & BrowseDeps & EdgeDeps;

export const createUserApp = (deps: UserAppDeps): Express =>
  createApp(deps, [documentRoutes(userDocument), restaurantRoutes(deps), orderRoutes(deps), ratingRoutes(deps)]);
