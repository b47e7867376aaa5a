/** HTTP bodies and queries of the restaurants and their menus (contract, section 2). */
import { z } from 'zod';
import { anyId, price, text, timeOfDay, wholeNumber } from './values';

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
  })
  .meta({ id: 'AddRestaurantBody' });
export type AddRestaurantBody = z.infer<typeof addRestaurantBody>;

export const restaurantStatuses = ['ONLINE', 'OFFLINE'] as const;

type MenuItem = z.infer<typeof menuItem>;
export type MenuChange =
  | { kind: 'add'; item: MenuItem }
  | { kind: 'change'; id: string; fields: { [Field in keyof MenuItem]?: MenuItem[Field] | undefined } }
  | { kind: 'remove'; id: string };

/**
 * An entry without `id` adds an item, one with `id` changes that item, one with `id` and `delete: true` removes it.
 * An id that is no UUID has the right form: it is unknown like any other unknown one.
 */
const menuChange = z
  .strictObject({ ...menuItem.partial().shape, id: anyId.optional(), delete: z.boolean().default(false) })
  .transform(({ id, delete: remove, ...fields }, ctx): MenuChange => {
    if (id !== undefined) return remove ? { kind: 'remove', id } : { kind: 'change', id, fields };
    const added = menuItem.safeParse(fields);
    if (added.success && !remove) return { kind: 'add', item: added.data };
    if (remove) ctx.addIssue({ code: 'custom', path: ['id'], message: 'missing: which item is to be removed' });
    else for (const { path, message } of added.error?.issues ?? []) ctx.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  });

const sameId = (changes: MenuChange[]): boolean => {
  const ids = changes.flatMap((change) => ('id' in change ? change.id.toLowerCase() : []));
  return new Set(ids).size < ids.length;
};

/** `PATCH /restaurants/:id`; unknown fields are refused. */
export const changeRestaurantBody = z
  .strictObject({
    name: text(200).optional(),
    description: text(2000).nullish(),
    opening_time: timeOfDay.optional(),
    closing_time: timeOfDay.optional(),
    status: z.enum(restaurantStatuses).optional(),
    menu: z
      .array(menuChange)
      .max(500)
      .refine((changes) => !sameId(changes), 'names an item twice')
      .optional(),
  })
  .meta({ id: 'ChangeRestaurantBody' });
export type ChangeRestaurantBody = z.infer<typeof changeRestaurantBody>;

/** Any integer has the right form; one that is no hour breaks a rule (400). */
const hour = wholeNumber.meta({ wire: { type: 'integer', minimum: 0, maximum: 23, examples: [12] } });

/** `?hour=` */
export const hourQuery = z.object({ hour: hour.optional() });

/** The old name of browsing has always asked for the hour. */
export const requiredHourQuery = z.object({ hour });
