import type { Express } from 'express';
import { createApp, type EdgeDeps } from '../http/app';
import { documentRoutes } from '../http/documents';
import { agentRoutes, type AgentsDeps } from './agents';
import { deliveryRoutes, type DeliveriesDeps } from './deliveries';
import { deliveryDocument } from './openapi';

type DeliveryAppDeps = AgentsDeps & DeliveriesDeps & EdgeDeps;

/** The delivery service's HTTP interface (contract, section 2). */
export const createDeliveryApp = (deps: DeliveryAppDeps): Express =>
  createApp(deps, [documentRoutes(deliveryDocument), agentRoutes(deps), deliveryRoutes(deps)]);
