import type { Express } from 'express';
import { createApp, type EdgeDeps } from '../http/app';
import { agentRoutes, type AgentsDeps } from './agents';
import { deliveryRoutes, type DeliveriesDeps } from './deliveries';

type DeliveryAppDeps = AgentsDeps & DeliveriesDeps & EdgeDeps;

/** The delivery service's HTTP interface (contract, section 2). */
export const createDeliveryApp = (deps: DeliveryAppDeps): Express =>
  createApp(deps, [agentRoutes(deps), deliveryRoutes(deps)]);
