import { createServiceApp, type EdgeDeps } from '../http/app';
import type { ServiceRoutes } from '../http/route';
import { agentRoutes, type AgentsDeps } from './agents';
import { deliveryRoutes, type DeliveriesDeps } from './deliveries';

type DeliveryDeps = AgentsDeps & DeliveriesDeps;

export const deliveryService: ServiceRoutes<DeliveryDeps> = {
  title: 'Delivery service',
  description: 'For couriers: their accounts and their jobs.',
  groups: [
    { tag: 'agents', description: 'The couriers', routes: agentRoutes },
    { tag: 'deliveries', description: 'Their jobs', routes: deliveryRoutes },
  ],
};

export const createDeliveryApp = (deps: DeliveryDeps & EdgeDeps) => createServiceApp(deliveryService, deps);
