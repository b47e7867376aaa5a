import { createServiceApp, type EdgeDeps } from '../http/app';
import type { ServiceRoutes } from '../http/route';
import { orderRoutes, type OrdersDeps } from './orders';
import { restaurantRoutes, type RestaurantsDeps } from './restaurants';

type RestaurantDeps = RestaurantsDeps & OrdersDeps;

export const restaurantService: ServiceRoutes<RestaurantDeps> = {
  title: 'Restaurant service',
  description: 'For restaurants: their menus, the orders that have come in, and their decisions.',
  groups: [
    { tag: 'restaurants', description: 'The restaurants and their menus', routes: restaurantRoutes },
    { tag: 'orders', description: 'The orders and their decisions', routes: orderRoutes },
  ],
};

export const createRestaurantApp = (deps: RestaurantDeps & EdgeDeps) => createServiceApp(restaurantService, deps);
