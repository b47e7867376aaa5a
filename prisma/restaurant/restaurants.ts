import { randomUUID } from 'node:crypto';
import type { RestaurantWithMenu } from '../../contracts/answers/restaurants';
import { limits } from '../../contracts/limits';
import type { AddRestaurantBody, ChangeRestaurantBody, MenuChange } from '../../contracts/restaurants';
import type { Database, Transaction } from './client';
import { Prisma } from './generated/client';

/** Returns the ids; those of the menu in its order. Rejects when the name is taken: see `unlessDuplicate`. */
export async function addRestaurant(db: Database, restaurant: AddRestaurantBody) {
  const { name, description, opening_time, closing_time } = restaurant;
  const menu = restaurant.menu.map((item) => ({ id: randomUUID(), ...item }));
  const { id } = await db.restaurant.create({
    data: {
      name,
      description,
      openingTime: timeValue(opening_time),
      closingTime: timeValue(closing_time),
      menu: { createMany: { data: menu } },
    },
    select: { id: true },
  });
  return { id, menuIds: menu.map((item) => item.id) };
}

/** The restaurants that accept orders at any minute of that hour (UTC), oldest first. */
export const listOpenRestaurants = (db: Database, hour: number): Promise<RestaurantWithMenu[]> => {
  const hh = String(hour).padStart(2, '0');
  return selectRestaurants(db, Prisma.sql`r.status = 'ONLINE' AND ${openBetween(`${hh}:00`, `${hh}:59`)}`);
};

export async function findRestaurant(db: Database, id: string): Promise<RestaurantWithMenu | null> {
  const rows = await selectRestaurants(db, Prisma.sql`r.id = ${id}::uuid`);
  return rows[0] ?? null;
}

const selectRestaurants = (db: Database, condition: Prisma.Sql): Promise<RestaurantWithMenu[]> =>
  db.$queryRaw<RestaurantWithMenu[]>`
    SELECT r.id, r.name, r.description, ${shortTime(Prisma.sql`r.opening_time`)} AS opening_time,
      ${shortTime(Prisma.sql`r.closing_time`)} AS closing_time, r.status, r.rating, ${isoTime(Prisma.sql`r.created_at`)} AS created_at,
      menu.items AS menu
    FROM "Restaurant" r
    CROSS JOIN LATERAL (
      SELECT COALESCE(json_agg(json_build_object('id', m.id, 'name', m.name, 'description', m.description,
        'price', m.price, 'type', m.type, 'created_at', ${isoTime(Prisma.sql`m.created_at`)}, 'restaurant_id', m.restaurant_id) ORDER BY m.position), '[]') AS items
      FROM "MenuItem" m WHERE m.restaurant_id = r.id AND m.deleted_at IS NULL
    ) menu
    WHERE ${condition}
    ORDER BY r.created_at, r.id`;

const isoTime = (column: Prisma.Sql) =>
  Prisma.sql`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const shortTime = (column: Prisma.Sql) => Prisma.sql`regexp_replace(${column}::text, ':00$', '')`;

/** Prisma's representation of a time of day, `HH:MM:SS`. */
export const timeValue = (time: string): Date => new Date(`1970-01-01T${time}Z`);
export const timeText = (time: Date): string => time.toISOString().slice(11, 19);
/** As old clients read it: `HH:MM`, with seconds only where they are not zero. */
export const shortTimeText = (time: Date): string => timeText(time).replace(/:00$/, '');

/**
 * The contract's rule, of "Restaurant" r: it is open at a minute with opening <= minute <= closing; a closing time before the opening time is on
 * the next day. Whether that holds for any minute from the first to the last, `HH:MM`, of one hour.
 */
export const openBetween = (first: string, last: string): Prisma.Sql => Prisma.sql`
  CASE WHEN r.opening_time <= r.closing_time
    THEN r.opening_time <= ${last}::time AND r.closing_time >= ${first}::time
    ELSE r.opening_time <= ${last}::time OR r.closing_time >= ${first}::time
  END`;

/**
 * Changes a restaurant and its menu. Any outcome but `changed` leaves both as they were. `unknown_item`: not on this restaurant's menu.
 * Rejects when the name is taken: see `unlessDuplicate`.
 */
export async function changeRestaurant(db: Database, id: string, change: ChangeRestaurantBody) {
  try {
    return await db.$transaction((tx) => changeIn(tx, id, change));
  } catch (error) {
    if (error instanceof MenuTooLargeError) return { outcome: 'menu_too_large' as const, message: error.message };
    throw error;
  }
}

async function changeIn(tx: Transaction, id: string, change: ChangeRestaurantBody) {
  // One change of a restaurant at a time: what is checked below still holds when it is written.
  await tx.$executeRaw`SELECT id FROM "Restaurant" WHERE id = ${id}::uuid FOR UPDATE`;
  const restaurant = await tx.restaurant.findUnique({
    where: { id },
    select: { openingTime: true, closingTime: true, menu: { where: { deletedAt: null }, select: { id: true } } },
  });
  if (!restaurant) return { outcome: 'unknown_restaurant' as const };

  const { name, description, status, menu = [] } = change;
  const openingTime = change.opening_time ?? timeText(restaurant.openingTime);
  const closingTime = change.closing_time ?? timeText(restaurant.closingTime);
  if (openingTime === closingTime) return { outcome: 'same_times' as const };

  const onMenu = new Set(restaurant.menu.map((item) => item.id));
  const unknown = menu.find((entry) => 'id' in entry && !onMenu.has(entry.id));
  if (unknown && 'id' in unknown) return { outcome: 'unknown_item' as const, id: unknown.id };

  await tx.restaurant.update({
    where: { id },
    data: { name, description, status, openingTime: timeValue(openingTime), closingTime: timeValue(closingTime) },
    select: { id: true },
  });
  if (menu.length > 0) {
    await changeMenu(tx, id, menu);
    await requireSmallMenu(tx, id);
  }
  return { outcome: 'changed' as const };
}

/** Thrown, so that the transaction undoes the change. */
class MenuTooLargeError extends Error {
  override readonly name = 'MenuTooLargeError';
}

/** One statement for each kind of change, however many items there are. */
async function changeMenu(tx: Transaction, restaurantId: string, menu: MenuChange[]): Promise<void> {
  const removed = menu.flatMap((entry) => (entry.kind === 'remove' ? entry.id : []));
  const changed = menu.flatMap((entry) => (entry.kind === 'change' ? { ...entry.fields, id: entry.id } : []));
  const added = menu.flatMap((entry) => (entry.kind === 'add' ? { restaurantId, ...entry.item } : []));
  await tx.menuItem.updateMany({ where: { id: { in: removed } }, data: { deletedAt: new Date() } });
  await tx.$executeRaw`
    UPDATE "MenuItem" item SET updated_at = now(),
      name = COALESCE(change->>'name', item.name),
      description = CASE WHEN change ? 'description' THEN change->>'description' ELSE item.description END,
      price = COALESCE((change->>'price')::decimal, item.price),
      type = COALESCE((change->>'type')::"MenuItemType", item.type)
    FROM jsonb_array_elements(${JSON.stringify(changed)}::jsonb) change WHERE item.id = (change->>'id')::uuid`;
  await tx.menuItem.createMany({ data: added });
}

/** A menu within its limits can still be browsed with many others. */
async function requireSmallMenu(tx: Transaction, restaurantId: string): Promise<void> {
  const [menu] = await tx.$queryRaw<[{ items: number; bytes: number }]>`
    SELECT count(*)::int AS items, COALESCE(sum(octet_length(name) + COALESCE(octet_length(description), 0)), 0)::int AS bytes
    FROM "MenuItem" WHERE restaurant_id = ${restaurantId}::uuid AND deleted_at IS NULL`;
  if (menu.items > limits.menuItems)
    throw new MenuTooLargeError(`would have ${menu.items} items; at most ${limits.menuItems}`);
  if (menu.bytes > limits.menuBytes)
    throw new MenuTooLargeError(`its texts would have ${menu.bytes} bytes; at most ${limits.menuBytes}`);
}
