import { browseRoute } from '../browsing';
import type { ServiceRoutes } from '../http/route';
import type { UserDeps } from './deps';
import { eventRoutes } from './events';
import { orderRoutes } from './orders';
import { ratingRoutes } from './ratings';

/** Contract, section 2. Errors are never cached. */
const cacheSeconds = 15;

const browseRestaurants = browseRoute({
  oldPath: '/get-available-restaurants',
  description: "The restaurant service's own body, cached for up to 15 s.",
  browse: ({ cache, services }: UserDeps, hour) =>
    cache.through(`restaurants:${hour}`, cacheSeconds, () => services.restaurantsOpenAt(hour)),
});

export const userService: ServiceRoutes<UserDeps> = {
  title: 'User service',
  description: 'For customers: browsing restaurants, and placing, following, cancelling and rating orders.',
  groups: [
    { tag: 'restaurants', description: 'Browsing', routes: [browseRestaurants] },
    { tag: 'orders', description: 'Placing, following and cancelling', routes: orderRoutes },
    { tag: 'ratings', description: 'Rating', routes: ratingRoutes },
    { tag: 'events', description: 'What happens to orders, as it happens', routes: eventRoutes },
  ],
};
