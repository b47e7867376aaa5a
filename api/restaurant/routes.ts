import type { ServiceRoutes } from '../http/route';
import type { RestaurantDeps } from './deps';
import { orderRoutes } from './orders';
import { restaurantRoutes } from './restaurants';

export const restaurantService: ServiceRoutes<RestaurantDeps> = {
  title: 'Restaurant service',
  description: 'For restaurants: their menus, the orders that have come in, and their decisions.',
  groups: [
    { tag: 'restaurants', description: 'The restaurants and their menus', routes: restaurantRoutes },
    { tag: 'orders', description: 'The orders and their decisions', routes: orderRoutes },
  ],
};
