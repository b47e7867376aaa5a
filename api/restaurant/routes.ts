import type { ServiceRoutes } from '../http/route';
import type { RestaurantDeps } from './deps';
import { eventRoutes } from './events';
import { orderRoutes } from './orders';
import { restaurantRoutes } from './restaurants';

export const restaurantService: ServiceRoutes<RestaurantDeps> = {
  title: 'Restaurant service',
  description: 'For restaurants: their menus, the orders that have come in, and their decisions.',
  groups: [
    { tag: 'restaurants', description: 'The restaurants and their menus', routes: restaurantRoutes },
    { tag: 'orders', description: 'The orders and their decisions', routes: orderRoutes },
    { tag: 'events', description: 'What happens to the orders, as it happens', routes: eventRoutes },
  ],
};
