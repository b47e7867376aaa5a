/** HTTP bodies and queries of restaurants and menus (contract, section 2). */
import { z } from 'zod';
import { limits } from './limits';
import { anyId, price, text, timeOfDay, wholeNumber } from './values';

export const menuItemTypes = ['VEG', 'NON_VEG'] as const;

const name = text(limits.nameLength, 'line');
const description = text(limits.descriptionLength, 'lines').nullish();

const menuItem = z.object({ name, description, price, type: z.enum(menuItemTypes) });

/** `POST /restaurants` */
export const addRestaurantBody = z
  .object({
    name,
    description,
    opening_time: timeOfDay,
    closing_time: timeOfDay,
    menu: z.array(menuItem).min(1).max(limits.menuItems),
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
  | { kind: 'change'; id: string; fields: Partial<MenuItem> }
  | { kind: 'remove'; id: string };

/** Without `id` an entry adds an item; with `id` it changes that item, or removes it with `delete: true`. */
const menuChange = z
  .strictObject({ ...menuItem.partial().shape, id: anyId.optional(), delete: z.boolean().default(false) })
  .transform(({ id, delete: remove, ...fields }, ctx): MenuChange => {
    if (id !== undefined) return remove ? { kind: 'remove', id } : { kind: 'change', id, fields };
    const added = menuItem.safeParse(fields);
    if (added.success && !remove) return { kind: 'add', item: added.data };
    if (remove) ctx.addIssue({ code: 'custom', path: ['id'], message: 'missing: names the item to be removed' });
    else for (const { path, message } of added.error?.issues ?? []) ctx.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  });

const hasDuplicateIds = (changes: MenuChange[]): boolean => {
  const ids = changes.flatMap((change) => ('id' in change ? change.id : []));
  return new Set(ids).size < ids.length;
};

/** `PATCH /restaurants/:id`; unknown fields are refused. */
export const changeRestaurantBody = z
  .strictObject({
    name: name.optional(),
    description,
    opening_time: timeOfDay.optional(),
    closing_time: timeOfDay.optional(),
    status: z.enum(restaurantStatuses).optional(),
    menu: z
      .array(menuChange)
      .max(limits.menuItems)
      .refine((changes) => !hasDuplicateIds(changes), 'names an item twice')
      .optional(),
  })
  .meta({ id: 'ChangeRestaurantBody' });
export type ChangeRestaurantBody = z.infer<typeof changeRestaurantBody>;

/** Any integer has the right form; one that is no hour breaks a rule (400). */
const hour = wholeNumber.meta({ wire: { type: 'integer', minimum: 0, maximum: 23, examples: [12] } });

/** `?hour=` */
export const hourQuery = z.object({ hour: hour.optional() });

/** `GET /restaurants/available`: under its old name the hour is required. */
export const requiredHourQuery = z.object({ hour });
