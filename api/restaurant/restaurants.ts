import { Router, type Request, type RequestHandler, type Response } from 'express';
import { addRestaurantBody, changeRestaurantBody, hourQuery, requiredHourQuery } from '../../contracts/restaurants';
import type { Database } from '../../prisma/restaurant/client';
import { changeRestaurant } from '../../prisma/restaurant/restaurant-changes';
import { addRestaurant, findRestaurant, listOpenRestaurants } from '../../prisma/restaurant/restaurants';
import { callerOf, forbidden, only, open } from '../http/access';
import { created } from '../http/answers';
import { checkHour, knownId, readBody, readQuery } from '../http/input';
import { notFound, unprocessable } from '../http/problems';

export interface RestaurantsDeps {
  db: Database;
}

/** The restaurants and their menus. */
export function restaurantRoutes({ db }: RestaurantsDeps): Router {
  const browse = async (hour: number, res: Response): Promise<void> => {
    const restaurants = await listOpenRestaurants(db, checkHour(hour));
    const data = { count: restaurants.length, restaurant_data: restaurants };
    res.json({ status: true, message: `Restaurants open at ${String(hour).padStart(2, '0')}:00 UTC`, data });
  };

  const add: RequestHandler = async (req, res) => {
    const { id, menuIds } = await addRestaurant(db, readBody(addRestaurantBody, req));
    const data = { restaurant_id: id, menu_ids: menuIds };
    created(req, res, '/restaurants', `/restaurants/${id}`, { status: true, message: 'Restaurant added', data });
  };

  return Router()
    .get('/restaurants', open, (req, res) => browse(readQuery(hourQuery, req).hour ?? new Date().getUTCHours(), res))
    .get('/restaurants/available', open, (req, res) => browse(readQuery(requiredHourQuery, req).hour, res))
    .get('/restaurants/:id', open, async (req, res) => {
      const restaurant = await findRestaurant(db, knownId(req.params.id, restaurantUnknown));
      if (!restaurant) throw notFound(restaurantUnknown);
      res.json({ status: true, message: 'Restaurant found', data: restaurant });
    })
    .post(['/restaurants', '/add-restaurant'], only(), add)
    .patch(['/restaurants/:id', '/update-restaurants/:id'], only('restaurant'), (req, res) =>
      change(db, req.params.id, req, res),
    );
}

async function change(db: Database, id: unknown, req: Request, res: Response): Promise<void> {
  const restaurantId = knownId(id, restaurantUnknown);
  const caller = callerOf(req);
  if (caller.role === 'restaurant' && !caller.restaurant_ids.includes(restaurantId))
    throw forbidden("This is another's restaurant");
  const body = readBody(changeRestaurantBody, req);
  const menu = body.menu?.map((entry) =>
    'id' in entry ? { ...entry, id: knownId(entry.id, itemUnknown(entry.id)) } : entry,
  );
  const changed = await changeRestaurant(db, restaurantId, { ...body, menu });
  switch (changed.outcome) {
    case 'changed':
      return void res.json({ status: true, message: 'Restaurant changed' });
    case 'unknown_restaurant':
      throw notFound(restaurantUnknown);
    case 'unknown_item':
      throw notFound(itemUnknown(changed.id));
    case 'same_times': {
      const message = 'opening_time and closing_time must differ';
      throw unprocessable(`The body does not match: ${message}`, [{ path: 'closing_time', message }]);
    }
  }
}

const itemUnknown = (id: string): string => `The restaurant has no menu item ${id}`;

const restaurantUnknown = 'Restaurant not found';
