import { Router, type Response } from 'express';
import { hourQuery, requiredHourQuery } from '../../contracts/restaurants';
import type { Cache } from '../../lib/redis/cache';
import { open } from '../http/access';
import { checkHour, readQuery } from '../http/input';
import type { Services } from './services';

export interface BrowseDeps {
  cache: Cache;
  services: Services;
}

/** Contract, section 2. Errors are never cached. */
const cacheSeconds = 15;

/** Browsing: the restaurant service's own body, cached. */
export function restaurantRoutes({ cache, services }: BrowseDeps): Router {
  const browse = async (hour: number, res: Response): Promise<void> => {
    checkHour(hour);
    const body = await cache.through(`restaurants:${hour}`, cacheSeconds, () => services.restaurantsOpenAt(hour));
    res.type('json').send(body);
  };
  const router = Router();
  router.get('/restaurants', open, (req, res) =>
    browse(readQuery(hourQuery, req).hour ?? new Date().getUTCHours(), res),
  );
  router.get('/get-available-restaurants', open, (req, res) => browse(readQuery(requiredHourQuery, req).hour, res));
  return router;
}
