import type { Express } from 'express';
import type { Log } from '../../lib/log';
import { createApp } from '../http/app';
import { agentRoutes, type AgentsDeps } from './agents';
import { deliveryRoutes, type DeliveriesDeps } from './deliveries';

interface DeliveryAppDeps extends AgentsDeps, DeliveriesDeps {
  log: Log;
}

/** The delivery service's HTTP interface (contract, section 2). */
export const createDeliveryApp = (deps: DeliveryAppDeps): Express =>
  createApp(deps.log, [agentRoutes(deps), deliveryRoutes(deps)]);
