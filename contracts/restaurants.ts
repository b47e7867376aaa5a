/** HTTP bodies and queries of the restaurants and their menus (contract, section 2). */
import { z } from 'zod';
import { price, text, timeOfDay } from './values';

export const menuItemTypes = ['VEG', 'NON_VEG'] as const;

const menuItem = z.object({
  name: text(200),
  description: text(2000).nullish(),
  price,
  type: z.enum(menuItemTypes),
});

/** `POST /restaurants` */
export const addRestaurantBody = z
  .object({
    name: text(200),
    description: text(2000).nullish(),
    opening_time: timeOfDay,
    closing_time: timeOfDay,
    menu: z.array(menuItem).min(1).max(500),
  })
  .refine((body) => body.opening_time !== body.closing_time, {
    path: ['closing_time'],
    message: 'opening_time and closing_time must differ',
  });
export type AddRestaurantBody = z.infer<typeof addRestaurantBody>;

/** `?hour=`: any integer has the right form; one that is no hour breaks a rule (400). */
export const hourQuery = z.object({ hour: z.coerce.number().int().optional() });

/** The old name of browsing has always asked for the hour. */
export const requiredHourQuery = z.object({ hour: z.coerce.number().int() });
