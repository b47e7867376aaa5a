import { randomUUID } from 'node:crypto';
import type { RestaurantWithMenu } from '../../contracts/answers/restaurants';
import type { AddRestaurantBody } from '../../contracts/restaurants';
import type { Database } from './client';
import { Prisma } from './generated/client';
import { openAt } from './opening';

/** Returns the ids; those of the menu in its order. */
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

/** The restaurants that accept orders at that hour (UTC), oldest first. */
export const listOpenRestaurants = (db: Database, hour: number): Promise<RestaurantWithMenu[]> =>
  selectRestaurants(db, Prisma.sql`r.status = 'ONLINE' AND ${openAt(hour)}`);

export async function findRestaurant(db: Database, id: string): Promise<RestaurantWithMenu | null> {
  const rows = await selectRestaurants(db, Prisma.sql`r.id = ${id}::uuid`);
  return rows[0] ?? null;
}

const selectRestaurants = (db: Database, condition: Prisma.Sql): Promise<RestaurantWithMenu[]> =>
  db.$queryRaw<RestaurantWithMenu[]>`
    SELECT r.id, r.name, r.description, r.opening_time::text, r.closing_time::text, r.status, r.rating, menu.items AS menu
    FROM "Restaurant" r
    CROSS JOIN LATERAL (
      SELECT COALESCE(json_agg(json_build_object('id', m.id, 'name', m.name, 'description', m.description,
        'price', m.price, 'type', m.type) ORDER BY m.position), '[]') AS items
      FROM "MenuItem" m WHERE m.restaurant_id = r.id AND m.deleted_at IS NULL
    ) menu
    WHERE ${condition}
    ORDER BY r.created_at, r.id`;

/** Prisma's representation of a time of day. */
export const timeValue = (time: string): Date => new Date(`1970-01-01T${time}Z`);
export const timeText = (time: Date): string => time.toISOString().slice(11, 19);
