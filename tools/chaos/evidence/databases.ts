/** What the databases contain at the end of a run, and how each row got there. Money is in cents. */
import type { DeliveryStatus, OrderStatus } from '../../../contracts/states';
import { query } from '../../platform/system';
import { serviceNames, type ServiceName } from '../../stack/addresses';

type DatabaseUrls = Record<ServiceName, string>;

/** The tables whose every change goes to the audit trail, by database. */
const auditedTables = {
  user: ['userOrder', 'userRating'],
  restaurant: ['OrderGroup', 'Order', 'OrderItem'],
  delivery: ['DeliveryAssignment', 'DilveryAgent', 'DeclinedJob'],
} as const;
export type AuditedTable = (typeof auditedTables)[ServiceName][number];

/** A changed row. Without `before` it was inserted, without `after` deleted. */
export interface Change {
  table: AuditedTable;
  /** Milliseconds; the databases of one server share a clock. */
  at: number;
  transaction: string;
  before: RowState | null;
  after: RowState | null;
}

/** The columns that the invariants need, by the same names for every table; null where a table has no such column. */
export type RowState = Record<'id' | 'orderId' | 'agentId' | 'status', string | null> & { delivered: boolean | null };

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
  CREATE FUNCTION chaos.state(name text, columns jsonb) RETURNS jsonb LANGUAGE sql STRICT AS $$
    SELECT jsonb_build_object(
      'id', columns->'id',
      'orderId', CASE name WHEN 'OrderGroup' THEN columns->'id' ELSE COALESCE(columns->'order_id', columns->'orderId') END,
      'agentId', columns->'agentId',
      'status', COALESCE(columns->'status', columns->'agent_status'),
      'delivered', columns->'delivered')
  $$;
  CREATE FUNCTION chaos.note() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO chaos.audit ("table", before, after)
    VALUES (TG_TABLE_NAME, chaos.state(TG_TABLE_NAME, to_jsonb(OLD)), chaos.state(TG_TABLE_NAME, to_jsonb(NEW)));
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
    await query(urls[service], createAuditTrail + triggers.join(''));
  }
}

const readChanges = (url: string): Promise<Change[]> =>
  query(
    url,
    `SELECT "table", extract(epoch FROM at)::float8 * 1000 AS at, transaction, before, after
    FROM chaos.audit ORDER BY seq`,
  );

/** A whole order at one service. The total is null in a tombstone: the order was undone before it was stored. */
type Whole = { orderId: string; userId: string; status: OrderStatus; total: number | null };

interface Part {
  id: string;
  orderId: string;
  restaurant_id: string;
  status: OrderStatus;
  total: number;
  items: { menu_item_id: string; quantity: number; price: number; menuPrice: number }[];
}

type Delivery = { orderId: string; agentId: string | null; status: DeliveryStatus; rating: number | null };

/** An event of an order's log; `position` is its place among those of all orders, once it is published. */
export type LoggedEvent = { orderId: string; n: number; type: string; position: string | null };

/** A restaurant or an agent: its mean rating, and what the mean is made of. */
export type Rated = { id: string; mean: number | null; sum: number; count: number };

export const readLog = (user: string): Promise<LoggedEvent[]> =>
  query(user, `SELECT order_id AS "orderId", n, type, position FROM "OrderEvent"`);

export const readDatabases = async ({ user, restaurant, delivery }: DatabaseUrls) => ({
  changes: (await Promise.all([user, restaurant, delivery].map(readChanges))).flat(),
  records: await query<Whole & { delivered: boolean }>(
    user,
    `SELECT order_id AS "orderId", user_id AS "userId", status, delivered, (total * 100)::float8 AS total
    FROM "userOrder"`,
  ),
  ratings: await query<{ orderId: string; order_rating: number; agent_rating: number }>(
    user,
    `SELECT o.order_id AS "orderId", r.order_rating, r.agent_rating
    FROM "userRating" r JOIN "userOrder" o ON o.id = r.user_order_id`,
  ),
  groups: await query<Whole & { rating: number | null }>(
    restaurant,
    `SELECT id AS "orderId", user_id AS "userId", status, (total * 100)::float8 AS total, rating
    FROM "OrderGroup"`,
  ),
  parts: await query<Part>(
    restaurant,
    `SELECT part.id, part.order_group_id AS "orderId", part.restaurant_id, part.status,
      (part.total * 100)::float8 AS total, COALESCE(items.items, '[]') AS items
    FROM "Order" part
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('menu_item_id', item.menu_item_id, 'quantity', item.quantity,
        'price', item.price * 100, 'menuPrice', menu.price * 100)) AS items
      FROM "OrderItem" item JOIN "MenuItem" menu ON menu.id = item.menu_item_id WHERE item.order_id = part.id
    ) items ON true`,
  ),
  restaurants: await query<Rated>(
    restaurant,
    `SELECT id, rating AS mean, rating_sum AS sum, rating_count AS count FROM "Restaurant"`,
  ),
  deliveries: await query<Delivery>(delivery, `SELECT "orderId", "agentId", status, rating FROM "DeliveryAssignment"`),
  agents: await query<Rated & { status: 'AVAILABLE' | 'BUSY' }>(
    delivery,
    `SELECT id, agent_status AS status, rating AS mean, "ratingSum" AS sum, "ratingCount" AS count
    FROM "DilveryAgent"`,
  ),
});
