/** Rows as a long life of the system would have left them, written straight into the databases. */
import { Client } from 'pg';

export interface Databases {
  user: string;
  restaurant: string;
  delivery: string;
}

/** Restaurants until there are so many, each with five items on its menu. */
export const growRestaurants = ({ restaurant }: Databases, count: number): Promise<void> =>
  run(restaurant, [
    `WITH added AS (
       INSERT INTO "Restaurant" (name, opening_time, closing_time)
       SELECT 'Restaurant ' || i, '08:00', '22:00' FROM generate_series((SELECT count(*) FROM "Restaurant") + 1, ${count}) i
       RETURNING id
     )
     INSERT INTO "MenuItem" (restaurant_id, name, price, type)
     SELECT id, 'Dish ' || item, 4 + item, 'VEG' FROM added, generate_series(1, 5) item`,
    'ANALYZE',
  ]);

/** Orders that were delivered long ago, in all three databases. */
export async function growFinishedOrders({ user, restaurant, delivery }: Databases, count: number): Promise<void> {
  const long = `now() - interval '1 day' - i * interval '1 minute'`;
  await run(user, [
    `INSERT INTO "userOrder" (order_id, user_id, placed_at, status, delivered, total)
     SELECT gen_random_uuid(), gen_random_uuid(), ${long}, 'CONFIRMED', true, 20 FROM generate_series(1, ${count}) i`,
    'ANALYZE',
  ]);
  await run(restaurant, [
    `WITH kitchens AS (SELECT array_agg(id) AS ids FROM (SELECT id FROM "Restaurant" LIMIT 1000) sample),
     groups AS (
       INSERT INTO "OrderGroup" (order_id, user_id, placed_at, status, total)
       SELECT gen_random_uuid(), gen_random_uuid(), ${long}, 'CONFIRMED', 20 FROM generate_series(1, ${count}) i
       RETURNING id
     ), parts AS (
       INSERT INTO "Order" (order_group_id, restaurant_id, status, total)
       SELECT id, ids[1 + floor(random() * cardinality(ids))], 'CONFIRMED', 20 FROM groups, kitchens
       RETURNING id, restaurant_id
     )
     INSERT INTO "OrderItem" (order_id, menu_item_id, quantity, price)
     SELECT parts.id, item.id, 2, 5 FROM parts CROSS JOIN LATERAL (
       SELECT id FROM "MenuItem" WHERE "MenuItem".restaurant_id = parts.restaurant_id LIMIT 2) item`,
    'ANALYZE',
  ]);
  await run(delivery, [
    `WITH agents AS (SELECT array_agg(id) AS ids FROM "DilveryAgent")
     INSERT INTO "DeliveryAssignment" ("orderId", "agentId", status, "requestedAt", "assignedAt", "pickedUpAt", "completedAt", "createdAt")
     SELECT gen_random_uuid(), ids[1 + floor(random() * cardinality(ids))], 'DELIVERED', ${long}, ${long}, ${long}, ${long}, ${long}
     FROM generate_series(1, ${count}) i, agents`,
    'ANALYZE',
  ]);
}

/** Orders that wait for an agent, none of which has a workflow: for a database that no stack uses. */
export const queueOrders = (delivery: string, count: number): Promise<void> =>
  run(delivery, [
    `INSERT INTO "DeliveryAssignment" ("orderId", "requestedAt")
     SELECT gen_random_uuid(), clock_timestamp() FROM generate_series(1, ${count})`,
  ]);

/** Agents on their way, each with an order; returns the orders' ids. */
export async function busyAgents(delivery: string, count: number): Promise<string[]> {
  const client = new Client({ connectionString: delivery });
  await client.connect();
  try {
    const { rows } = await client.query<{ orderId: string }>(
      `WITH agents AS (
         INSERT INTO "DilveryAgent" (name, "userName", gender, agent_status)
         SELECT 'Courier', gen_random_uuid()::text, 'FEMALE', 'BUSY' FROM generate_series(1, ${count}) RETURNING id
       )
       INSERT INTO "DeliveryAssignment" ("orderId", "agentId", status, "assignedAt", "pickedUpAt")
       SELECT gen_random_uuid(), id, 'PICKED_UP', now(), now() FROM agents RETURNING "orderId"`,
    );
    return rows.map(({ orderId }) => orderId);
  } finally {
    await client.end();
  }
}

export const analyze = (database: string): Promise<void> => run(database, ['ANALYZE']);

export async function run(connectionString: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
