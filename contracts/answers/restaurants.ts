/** Answers about restaurants, of the restaurant and of the user service. */
import { z } from 'zod';
import { menuItemTypes, restaurantStatuses } from '../restaurants';
import { amount, instant, stars, statusTrue, uuid } from './common';

/** `HH:MM`, with `:SS` only where that is not zero. */
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d(?::(?!00)[0-5]\d)?$/);

export const menuItem = z
  .strictObject({
    id: uuid,
    name: z.string(),
    description: z.string().nullable(),
    price: amount,
    type: z.enum(menuItemTypes),
    created_at: instant,
    restaurant_id: uuid,
  })
  .meta({ id: 'MenuItem' });

/** Times are UTC; a closing time before the opening time is on the next day. */
export const restaurant = z
  .strictObject({
    id: uuid,
    name: z.string(),
    description: z.string().nullable(),
    opening_time: timeOfDay,
    closing_time: timeOfDay,
    status: z.enum(restaurantStatuses),
    /** The mean over the rated orders; null before the first. */
    rating: stars.nullable(),
    created_at: instant,
  })
  .meta({ id: 'Restaurant' });

const restaurantWithMenu = restaurant.extend({ menu: z.array(menuItem) }).meta({ id: 'RestaurantWithMenu' });
export type RestaurantWithMenu = z.infer<typeof restaurantWithMenu>;

export const openRestaurants = statusTrue
  .extend({ data: z.strictObject({ count: z.int().min(0), restaurant_data: z.array(restaurantWithMenu) }) })
  .meta({ id: 'OpenRestaurants' });
export type OpenRestaurants = z.infer<typeof openRestaurants>;

export const restaurantFound = statusTrue.extend({ data: restaurantWithMenu });

export const restaurantAdded = statusTrue.extend({
  data: z.strictObject({ restaurant_id: uuid, menu_ids: z.array(uuid) }),
});

export const restaurantChanged = statusTrue;
