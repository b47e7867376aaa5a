import { restaurantAdded, restaurantChanged, restaurantFound } from '../../contracts/answers/restaurants';
import { addRestaurantBody, changeRestaurantBody } from '../../contracts/restaurants';
import { addRestaurant, changeRestaurant, findRestaurant } from '../../prisma/restaurant/restaurants';
import { unlessDuplicate } from '../../lib/postgres/database';
import { withStatus } from '../answers';
import { browseRoute } from '../browsing';
import { mismatch, refuse } from '../http/refusals';
import { answer, body, route } from '../http/route';
import { exampleIds, exampleRestaurant } from '../openapi/examples';
import type { RestaurantDeps } from './deps';

const unknownRestaurant = 'Restaurant not found';
const nameTaken = (name = '') => `Duplicate entry: the name "${name}" is taken`;
const menuLimit = { limit: 262_144 };
const params = { id: { unknown: unknownRestaurant, example: exampleIds.restaurant } };

const browseRestaurants = browseRoute({
  oldPath: '/restaurants/available',
  description: 'At most two seconds old.',
  browse: ({ browsing }: RestaurantDeps, hour) => browsing.openAt(hour),
});

const showRestaurant = route({
  method: 'GET',
  path: '/restaurants/:id',
  id: 'getRestaurant',
  summary: 'Shows one restaurant with its menu, open or not',
  roles: 'anybody',
  params,
  answers: { 200: answer('The restaurant.', restaurantFound, withStatus('Restaurant found', exampleRestaurant)) },
  refusals: { NOT_FOUND: 'Unknown.' },
  async handle({ db }: RestaurantDeps, { params, answer }) {
    const restaurant = await findRestaurant(db, params.id);
    if (!restaurant) return refuse('NOT_FOUND', unknownRestaurant);
    return answer(200, withStatus('Restaurant found', restaurant));
  },
});

const addARestaurant = route({
  method: 'POST',
  path: '/restaurants',
  oldName: { path: '/add-restaurant' },
  id: 'addRestaurant',
  summary: 'Adds a restaurant with its menu',
  description: 'Times are UTC and differ; a closing time before the opening time is on the next day.',
  roles: ['operator'],
  body: body(
    addRestaurantBody,
    {
      name: 'Spice Garden',
      description: 'From the clay oven',
      opening_time: '00:00',
      closing_time: '23:59',
      menu: [{ name: 'Paneer Tikka', price: 8.5, type: 'VEG' }],
    },
    menuLimit,
  ),
  answers: {
    201: answer(
      'The restaurant is added, ONLINE.',
      restaurantAdded,
      withStatus('Restaurant added', { restaurant_id: exampleIds.restaurant, menu_ids: [exampleIds.menuItem] }),
    ),
  },
  refusals: { DUPLICATE: 'The name is taken.' },
  async handle({ db, browsing }: RestaurantDeps, { body, answer }) {
    const added = await unlessDuplicate(addRestaurant(db, body));
    if (!added) return refuse('DUPLICATE', nameTaken(body.name));
    browsing.changed();
    const { id, menuIds } = added;
    const data = { restaurant_id: id, menu_ids: menuIds };
    return answer(201, withStatus('Restaurant added', data), { Location: `/restaurants/${id}` });
  },
});

const changeARestaurant = route({
  method: 'PATCH',
  path: '/restaurants/:id',
  oldName: { path: '/update-restaurants/:id' },
  id: 'changeRestaurant',
  summary: 'Changes a restaurant and its menu',
  description:
    'All of it or nothing. A menu entry with an `id` changes that item, with `id` and `delete: true` removes it from the menu, without `id` adds one.',
  roles: ['restaurant'],
  params,
  body: body(
    changeRestaurantBody,
    {
      closing_time: '22:00',
      menu: [
        { id: exampleIds.menuItem, price: 9 },
        { name: 'Mango lassi', price: 3.5, type: 'VEG' },
      ],
    },
    menuLimit,
  ),
  answers: { 200: answer('Changed.', restaurantChanged, { status: true, message: 'Restaurant changed' }) },
  refusals: { NOT_FOUND: 'The restaurant is unknown, or an item is not on its menu.', DUPLICATE: 'The name is taken.' },
  async handle({ db, browsing }: RestaurantDeps, { params, body, caller, answer }) {
    if (caller.role === 'restaurant' && !caller.restaurant_ids.includes(params.id))
      return refuse('FORBIDDEN', 'This restaurant belongs to another account');
    const changed = await unlessDuplicate(changeRestaurant(db, params.id, body));
    if (!changed) return refuse('DUPLICATE', nameTaken(body.name));
    switch (changed.outcome) {
      case 'changed':
        browsing.changed();
        return answer(200, { status: true, message: 'Restaurant changed' });
      case 'unknown_restaurant':
        return refuse('NOT_FOUND', unknownRestaurant);
      case 'unknown_item':
        return refuse('NOT_FOUND', `The restaurant has no menu item ${changed.id}`);
      case 'same_times':
        return misfit('closing_time', 'opening_time and closing_time must differ');
      case 'menu_too_large':
        return misfit('menu', changed.message);
    }
  },
});

/** A body that fits only with what is stored. */
const misfit = (path: string, message: string) => mismatch(`The body does not match: ${message}`, [{ path, message }]);

/** Browsing is first: the last part of its old name would be taken for an id. */
export const restaurantRoutes = [browseRestaurants, showRestaurant, addARestaurant, changeARestaurant];
