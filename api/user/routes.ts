import type { ServiceRoutes } from '../http/route';
import type { UserDeps } from './deps';
import { orderRoutes } from './orders';
import { ratingRoutes } from './ratings';
import { restaurantRoutes } from './restaurants';

export const userService: ServiceRoutes<UserDeps> = {
  title: 'User service',
  description: 'For customers: browsing restaurants, and placing, following, cancelling and rating orders.',
  groups: [
    { tag: 'restaurants', description: 'Browsing', routes: restaurantRoutes },
    { tag: 'orders', description: 'Placing, following and cancelling', routes: orderRoutes },
    { tag: 'ratings', description: 'Rating', routes: ratingRoutes },
  ],
};
