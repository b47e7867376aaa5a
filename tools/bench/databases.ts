import { query } from '../platform/system';

/** Adds restaurants, each with five dishes, up to a total of `count`, to the database at this URL. */
export const growRestaurants = (restaurant: string, count: number) =>
  query(
    restaurant,
    `WITH added AS (
       INSERT INTO "Restaurant" (name, opening_time, closing_time)
       SELECT 'Restaurant ' || i, '08:00', '22:00' FROM generate_series((SELECT count(*) FROM "Restaurant") + 1, ${count}) i
       RETURNING id
     )
     INSERT INTO "MenuItem" (restaurant_id, name, price, type)
     SELECT id, 'Dish ' || item, 4 + item, 'VEG' FROM added, generate_series(1, 5) item;
     ANALYZE`,
  );

/** Adds delivered orders, as years of operation leave them, to all three databases, given by their URLs. */
export async function growFinishedOrders(
  { user, restaurant, delivery }: Record<'user' | 'restaurant' | 'delivery', string>,
  count: number,
): Promise<void> {
  const time = `now() - interval '1 day' - i * interval '1 minute'`;
  await query(
    user,
    `INSERT INTO "userOrder" (order_id, user_id, placed_at, status, delivered, total, logged)
     SELECT gen_random_uuid(), gen_random_uuid(), ${time}, 'CONFIRMED', true, 20, 3 FROM generate_series(1, ${count}) i;
     ANALYZE`,
  );
  await query(
    restaurant,
    `WITH kitchens AS (SELECT array_agg(id) AS ids FROM (SELECT id FROM "Restaurant" LIMIT 1000) sample),
     groups AS (
       INSERT INTO "OrderGroup" (id, user_id, placed_at, status, total)
       SELECT gen_random_uuid(), gen_random_uuid(), ${time}, 'CONFIRMED', 20 FROM generate_series(1, ${count}) i
       RETURNING id
     ), parts AS (
       INSERT INTO "Order" (order_group_id, restaurant_id, restaurant_name, status, total)
       SELECT id, ids[1 + floor(random() * cardinality(ids))], 'Kitchen', 'CONFIRMED', 20 FROM groups, kitchens
       RETURNING id, restaurant_id
     )
     INSERT INTO "OrderItem" (order_id, menu_item_id, quantity, name, type, price)
     SELECT parts.id, item.id, 2, 'Dish', 'VEG', 5 FROM parts CROSS JOIN LATERAL (
       SELECT id FROM "MenuItem" WHERE "MenuItem".restaurant_id = parts.restaurant_id LIMIT 2) item;
     ANALYZE`,
  );
  await query(
    delivery,
    `WITH agents AS (SELECT array_agg(id) AS ids FROM "DilveryAgent")
     INSERT INTO "DeliveryAssignment"
       ("orderId", "agentId", "agentName", status, "requestedAt", "assignedAt", "pickedUpAt", "completedAt", "createdAt")
     SELECT gen_random_uuid(), ids[1 + floor(random() * cardinality(ids))], 'Courier', 'DELIVERED', ${time}, ${time}, ${time}, ${time}, ${time}
     FROM generate_series(1, ${count}) i, agents;
     ANALYZE`,
  );
}
