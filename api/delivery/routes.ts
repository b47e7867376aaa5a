import type { ServiceRoutes } from '../http/route';
import type { DeliveryDeps } from './deps';
import { eventRoutes } from './events';
import { agentRoutes } from './agents';
import { deliveryRoutes } from './deliveries';

export const deliveryService: ServiceRoutes<DeliveryDeps> = {
  title: 'Delivery service',
  description: 'For couriers: their accounts and their jobs.',
  groups: [
    { tag: 'agents', description: 'The couriers', routes: agentRoutes },
    { tag: 'deliveries', description: 'Their jobs', routes: deliveryRoutes },
    { tag: 'events', description: 'What happens to the jobs, as it happens', routes: eventRoutes },
  ],
};
