import { Client } from 'pg';
import type { ServiceName } from '../../stack/addresses';
import { databaseUrl, type Addresses } from '../addresses';
import { readChanges, type Query } from './changes';
import type { Evidence } from './evidence';

/** Money comes as cents, means and sums as the numbers that they are. */
const sql = {
  records: `
    SELECT order_id AS "orderId", user_id AS "userId", status, delivered, (total * 100)::float8 AS total FROM "userOrder"`,
  ratings: `
    SELECT o.order_id AS "orderId", r.order_rating AS "order", r.agent_rating AS agent
    FROM "userRating" r JOIN "userOrder" o ON o.id = r.user_order_id`,
  groups: `
    SELECT order_id AS "orderId", user_id AS "userId", status, (total * 100)::float8 AS total, order_rating AS rating
    FROM "OrderGroup"`,
  parts: `
    SELECT part.id, whole.order_id AS "orderId", part.restaurant_id AS "restaurantId", part.status,
      (part.total * 100)::float8 AS total, COALESCE(items.items, '[]') AS items
    FROM "Order" part JOIN "OrderGroup" whole ON whole.id = part.order_group_id
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('menuItemId', item.menu_item_id, 'quantity', item.quantity,
        'price', item.price * 100, 'menuPrice', menu.price * 100)) AS items
      FROM "OrderItem" item JOIN "MenuItem" menu ON menu.id = item.menu_item_id WHERE item.order_id = part.id
    ) items ON true`,
  restaurants: `SELECT id, rating AS mean, rating_sum AS sum, rating_count AS count FROM "Restaurant"`,
  deliveries: `SELECT "orderId", "agentId", status, "agentRating" AS rating FROM "DeliveryAssignment"`,
  agents: `
    SELECT id, agent_status AS status, rating AS mean, "ratingSum" AS sum, "ratingCount" AS count FROM "DilveryAgent"`,
};

export type Rows = Omit<Evidence, 'runs' | 'notReplayed' | 'queues' | 'deadLetters'>;

/** Reads all rows of the three databases and what the audit has kept. */
export async function readRows(addresses: Addresses): Promise<Rows> {
  const clients = new Map<ServiceName, Client>();
  const query: Query = async <Row>(database: ServiceName, text: string) => {
    const client = clients.get(database) ?? (await open(databaseUrl(addresses, database)));
    clients.set(database, client);
    return (await client.query(text)).rows as Row[];
  };
  try {
    return {
      records: await query('user', sql.records),
      ratings: await query('user', sql.ratings),
      groups: await query('restaurant', sql.groups),
      parts: await query('restaurant', sql.parts),
      restaurants: await query('restaurant', sql.restaurants),
      deliveries: await query('delivery', sql.deliveries),
      agents: await query('delivery', sql.agents),
      changes: await readChanges(query),
    };
  } finally {
    await Promise.all([...clients.values()].map((client) => client.end()));
  }
}

async function open(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
}
