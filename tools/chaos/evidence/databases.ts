import { Client, type QueryResultRow } from 'pg';
import { serviceNames, type ServiceName } from '../../stack/addresses';
import { auditedTables } from './evidence';
import type { Agent, Change, CustomerRecord, Delivery, Evidence, Group, Part, Rated, Rating } from './evidence';

export type DatabaseUrls = Record<ServiceName, string>;
type Query = <Row extends QueryResultRow>(sql: string) => Promise<Row[]>;

const connectTimeoutMs = 5_000;

/** Lends a connection. Does not wait for the server to close it: a frozen one would not answer. */
export async function withDatabase<T>(url: string, use: (query: Query) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => undefined); // the pending query rejects
  try {
    await client.connect();
    return await use(async <Row extends QueryResultRow>(sql: string) => (await client.query<Row>(sql)).rows);
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** `seq` follows the order of a row's changes, as each waits for the one before it. */
const createAuditTrail = `
  CREATE SCHEMA chaos;
  CREATE TABLE chaos.audit (
    seq bigserial PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    transaction text NOT NULL DEFAULT txid_current()::text,
    "table" text NOT NULL,
    before jsonb,
    after jsonb
  );
  CREATE FUNCTION chaos.state(columns jsonb) RETURNS jsonb LANGUAGE sql STRICT AS $$
    SELECT jsonb_build_object(
      'id', columns->'id',
      'orderId', COALESCE(columns->'order_id', columns->'orderId'),
      'agentId', columns->'agentId',
      'status', COALESCE(columns->'status', columns->'agent_status'),
      'delivered', columns->'delivered')
  $$;
  CREATE FUNCTION chaos.note() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO chaos.audit ("table", before, after)
    VALUES (TG_TABLE_NAME, chaos.state(to_jsonb(OLD)), chaos.state(to_jsonb(NEW)));
    RETURN NULL;
  END $$;`;

/** Installs triggers that the services do not notice. A trigger writes in the transaction of the change, so a rollback leaves no trace. */
export async function installAuditTrail(urls: DatabaseUrls): Promise<void> {
  for (const service of serviceNames) {
    const triggers = auditedTables[service].map(
      (table) => `
        CREATE TRIGGER chaos_audit AFTER INSERT OR UPDATE OR DELETE ON "${table}"
        FOR EACH ROW EXECUTE FUNCTION chaos.note();`,
    );
    await withDatabase(urls[service], (query) => query(createAuditTrail + triggers.join('')));
  }
}

const readChanges = (query: Query): Promise<Change[]> =>
  query<Change>(`
    SELECT "table", extract(epoch FROM at)::float8 * 1000 AS at, transaction, before, after
    FROM chaos.audit ORDER BY seq`);

export async function readDatabases(
  urls: DatabaseUrls,
): Promise<Omit<Evidence, 'runs' | 'replayFailures' | 'queues' | 'deadLetters'>> {
  const user = await withDatabase(urls.user, async (query) => ({
    changes: await readChanges(query),
    records: await query<CustomerRecord>(`
      SELECT order_id AS "orderId", user_id AS "userId", status, delivered, (total * 100)::float8 AS total
      FROM "userOrder"`),
    ratings: await query<Rating>(`
      SELECT o.order_id AS "orderId", r.order_rating, r.agent_rating
      FROM "userRating" r JOIN "userOrder" o ON o.id = r.user_order_id`),
  }));
  const restaurant = await withDatabase(urls.restaurant, async (query) => ({
    changes: await readChanges(query),
    groups: await query<Group>(`
      SELECT order_id AS "orderId", user_id AS "userId", status, (total * 100)::float8 AS total, order_rating AS rating
      FROM "OrderGroup"`),
    parts: await query<Part>(`
      SELECT part.id, whole.order_id AS "orderId", part.restaurant_id, part.status,
        (part.total * 100)::float8 AS total, COALESCE(items.items, '[]') AS items
      FROM "Order" part JOIN "OrderGroup" whole ON whole.id = part.order_group_id
      LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('menu_item_id', item.menu_item_id, 'quantity', item.quantity,
          'price', item.price * 100, 'menuPrice', menu.price * 100)) AS items
        FROM "OrderItem" item JOIN "MenuItem" menu ON menu.id = item.menu_item_id WHERE item.order_id = part.id
      ) items ON true`),
    restaurants: await query<Rated>(`
      SELECT id, rating AS mean, rating_sum AS sum, rating_count AS count FROM "Restaurant"`),
  }));
  const delivery = await withDatabase(urls.delivery, async (query) => ({
    changes: await readChanges(query),
    deliveries: await query<Delivery>(`
      SELECT "orderId", "agentId", status, "agentRating" AS rating FROM "DeliveryAssignment"`),
    agents: await query<Agent>(`
      SELECT id, agent_status AS status, rating AS mean, "ratingSum" AS sum, "ratingCount" AS count
      FROM "DilveryAgent"`),
  }));
  const changes = [...user.changes, ...restaurant.changes, ...delivery.changes];
  return { ...user, ...restaurant, ...delivery, changes };
}
