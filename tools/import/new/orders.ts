import type { NewGroup, NewRecord } from '../rules/rows';
import { writeRows, type Writer } from './database';

/** Inserts the customers' records that are missing, with their ratings. Resolves to their number. */
export async function insertRecords(db: Writer, rows: NewRecord[]): Promise<number> {
  const ratings = rows.flatMap(({ order_id, updated_at, rating }) =>
    rating ? { ...rating, order_id, updated_at } : [],
  );
  return writeRows(db, records, rows, ratings);
}

const records = `
  WITH record AS (
    INSERT INTO "userOrder" (id, order_id, user_id, placed_at, status, delivered, total, reason, updated_at)
    SELECT id, order_id, user_id, placed_at, status, delivered, total, reason, updated_at
    FROM jsonb_to_recordset($1) AS r(id uuid, order_id uuid, user_id uuid, placed_at timestamptz, status "OrderStatus",
      delivered boolean, total decimal, reason text, updated_at timestamptz)
    ON CONFLICT DO NOTHING RETURNING id, order_id
  ), rating AS (
    INSERT INTO "userRating" (id, user_order_id, order_rating, agent_rating, created_at)
    SELECT r.id, record.id, r.order_rating, r.agent_rating, r.updated_at
    FROM jsonb_to_recordset($2) AS r(id uuid, order_id uuid, order_rating float8, agent_rating float8, updated_at timestamptz)
    JOIN record USING (order_id)
    ON CONFLICT DO NOTHING
  )
  SELECT FROM record`;

/** Inserts the order groups that are missing, with their parts and items, and counts their ratings. Resolves to their number. */
export async function insertGroups(db: Writer, rows: NewGroup[]): Promise<number> {
  const newParts = rows.flatMap(({ id, parts }) => parts.map((part) => ({ ...part, order_group_id: id })));
  const items = newParts.flatMap(({ id, created_at, items: list }) =>
    list.map((item) => ({ ...item, order_id: id, created_at })),
  );
  const rated = rows.filter(({ rating }) => rating !== null).flatMap(({ parts }) => parts);
  // In the order in which the ratings of the running platform lock them.
  await db.query('SELECT FROM "Restaurant" WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', [
    rated.map(({ restaurant_id }) => restaurant_id),
  ]);
  return writeRows(
    db,
    groups,
    rows.map((row) => ({ ...row, parts: undefined })),
    newParts,
    items,
  );
}

const groups = `
  WITH new_group AS (
    INSERT INTO "OrderGroup" (id, user_id, placed_at, status, total, reason, rating, created_at, updated_at)
    SELECT id, user_id, placed_at, status, total, reason, rating, placed_at, updated_at
    FROM jsonb_to_recordset($1) AS g(id uuid, user_id uuid, placed_at timestamptz, status "OrderStatus", total decimal,
      reason text, rating float8, updated_at timestamptz)
    ON CONFLICT DO NOTHING RETURNING id, status, rating
  ), part AS (
    INSERT INTO "Order" (id, order_group_id, restaurant_id, restaurant_name, status, total, created_at, updated_at)
    SELECT p.id, order_group_id, restaurant_id, restaurant_name, new_group.status, total, created_at, updated_at
    FROM jsonb_to_recordset($2) AS p(id uuid, order_group_id uuid, restaurant_id uuid, restaurant_name text, total decimal,
      created_at timestamptz, updated_at timestamptz)
    JOIN new_group ON new_group.id = order_group_id
    RETURNING id, order_group_id, restaurant_id
  ), item AS (
    INSERT INTO "OrderItem" (id, order_id, menu_item_id, name, type, quantity, price, created_at)
    SELECT i.id, order_id, menu_item_id, name, type, quantity, price, created_at
    FROM jsonb_to_recordset($3) AS i(id uuid, order_id uuid, menu_item_id uuid, name text, type "MenuItemType", quantity int,
      price decimal, created_at timestamptz)
    JOIN part ON part.id = order_id
  ), rated AS (
    UPDATE "Restaurant" r SET rating_sum = rating_sum + more.sum, rating_count = rating_count + more.count,
      rating = (rating_sum + more.sum) / (rating_count + more.count)
    FROM (
      SELECT restaurant_id, sum(rating), count(*)::int FROM part JOIN new_group ON new_group.id = order_group_id
      WHERE rating IS NOT NULL AND status <> 'CANCELLED' GROUP BY restaurant_id
    ) more
    WHERE r.id = more.restaurant_id
  )
  SELECT FROM new_group`;

/** Those of the orders that our records show as open. */
export async function openOrders(db: Writer, orderIds: string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ order_id: string }>(
    `SELECT order_id FROM "userOrder" WHERE order_id = ANY($1::uuid[]) AND status <> 'CANCELLED' AND NOT delivered`,
    [orderIds],
  );
  return new Set(rows.map(({ order_id }) => order_id));
}
