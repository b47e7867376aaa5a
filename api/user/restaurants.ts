import type { Cache } from '../../lib/redis/cache';
import { browseRoute } from '../browsing';
import type { Services } from './services';

export interface BrowseDeps {
  cache: Cache;
  services: Services;
}

/** Contract, section 2. Errors are never cached. */
const cacheSeconds = 15;

const browseRestaurants = browseRoute({
  oldPath: '/get-available-restaurants',
  description: "The restaurant service's own body, cached for up to 15 s.",
  browse: ({ cache, services }: BrowseDeps, hour) =>
    cache.through(`restaurants:${hour}`, cacheSeconds, () => services.restaurantsOpenAt(hour)),
});

export const restaurantRoutes = [browseRestaurants];
