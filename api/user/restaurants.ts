import { browseRoute } from '../browsing';
import type { UserDeps } from './deps';

/** Contract, section 2. Errors are never cached. */
const cacheSeconds = 15;

const browseRestaurants = browseRoute({
  oldPath: '/get-available-restaurants',
  description: "The restaurant service's own body, cached for up to 15 s.",
  browse: ({ cache, services }: UserDeps, hour) =>
    cache.through(`restaurants:${hour}`, cacheSeconds, () => services.restaurantsOpenAt(hour)),
});

export const restaurantRoutes = [browseRestaurants];
