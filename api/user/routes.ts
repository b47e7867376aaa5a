import type { ServiceRoutes } from '../http/route';
import { orderRoutes, type OrderDeps } from './orders';
import { ratingRoutes, type RatingDeps } from './ratings';
import { restaurantRoutes, type BrowseDeps } from './restaurants';

export const userService: ServiceRoutes<OrderDeps & BrowseDeps & RatingDeps> = {
  title: 'User service',
  description: 'For customers: browsing restaurants, and placing, following, cancelling and rating orders.',
  groups: [
    { tag: 'restaurants', description: 'Browsing', routes: restaurantRoutes },
    { tag: 'orders', description: 'Placing, following and cancelling', routes: orderRoutes },
    { tag: 'ratings', description: 'Rating', routes: ratingRoutes },
  ],
};
