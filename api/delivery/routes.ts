import type { ServiceRoutes } from '../http/route';
import { agentRoutes, type AgentsDeps } from './agents';
import { deliveryRoutes, type DeliveriesDeps } from './deliveries';

export const deliveryService: ServiceRoutes<AgentsDeps & DeliveriesDeps> = {
  title: 'Delivery service',
  description: 'For couriers: their accounts and their jobs.',
  groups: [
    { tag: 'agents', description: 'The couriers', routes: agentRoutes },
    { tag: 'deliveries', description: 'Their jobs', routes: deliveryRoutes },
  ],
};
