import { limits } from '../../../contracts/limits';
import type { NewMenuItem, NewRestaurant } from '../rules/catalog';
import { writeRows, type Writer } from './database';
import { insertUnderFreeNames } from './unique-names';

/** Resolves to the number of those that are new, and the ids of those whose name was taken. */
export const insertRestaurants = (db: Writer, rows: NewRestaurant[]) =>
  insertUnderFreeNames(db, {
    rows,
    table: '"Restaurant"',
    maxLength: limits.nameLength,
    withName: (row, rename) => ({ ...row, name: rename(row.name) }),
    insert: (named) => writeRows(db, restaurants, named),
  });

/** Items keep their order on the menu. Resolves to the number of those that are new. */
export const insertMenuItems = (db: Writer, rows: NewMenuItem[]): Promise<number> => writeRows(db, menuItems, rows);

const restaurants = `
  INSERT INTO "Restaurant" (id, name, description, opening_time, closing_time, status, created_at, updated_at)
  SELECT id, name, description, opening_time, closing_time, status, created_at, created_at
  FROM jsonb_to_recordset($1) AS r(id uuid, name text, description text, opening_time time, closing_time time,
    status "RestaurantStatus", created_at timestamptz)
  ON CONFLICT DO NOTHING`;

const menuItems = `
  INSERT INTO "MenuItem" (id, restaurant_id, name, description, price, type, deleted_at, created_at, updated_at)
  SELECT id, restaurant_id, name, description, price, type, deleted_at, created_at, created_at
  FROM jsonb_to_recordset($1) AS i(id uuid, restaurant_id uuid, name text, description text, price decimal, type "MenuItemType",
    deleted_at timestamptz, created_at timestamptz)
  ON CONFLICT DO NOTHING`;
