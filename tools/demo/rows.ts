import { Client } from 'pg';
import type { Addresses } from './addresses';
import type { PlacedOrder } from './cast';
import { heading, paint, print, printTable, type Cell } from './screen';

interface Selected {
  columns: string[];
  rows: Cell[][];
}

/** Runs one SELECT. */
export async function selectRows(connectionString: string, text: string, values: string[]): Promise<Selected> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { fields, rows } = await client.query<Cell[]>({ text, values, rowMode: 'array' });
    return { columns: fields.map(({ name }) => name), rows };
  } finally {
    await client.end();
  }
}

const userTables = {
  userOrder: `SELECT order_id, user_id, placed_at, status, delivered, total FROM "userOrder" WHERE order_id = $1`,
  userRating: `SELECT r.id, r.order_rating, r.agent_rating, r.created_at
    FROM "userRating" r JOIN "userOrder" o ON o.id = r.user_order_id WHERE o.order_id = $1`,
};
const restaurantTables = {
  OrderGroup: `SELECT id, order_id, user_id, status, total, order_rating FROM "OrderGroup" WHERE order_id = $1`,
  Order: `SELECT o.id, o.order_group_id, o.restaurant_id, o.status, o.total
    FROM "Order" o JOIN "OrderGroup" g ON g.id = o.order_group_id WHERE g.order_id = $1`,
  OrderItem: `SELECT i.order_id, m.name AS menu_item, i.quantity, i.price
    FROM "OrderItem" i JOIN "MenuItem" m ON m.id = i.menu_item_id JOIN "Order" o ON o.id = i.order_id
    JOIN "OrderGroup" g ON g.id = o.order_group_id WHERE g.order_id = $1 ORDER BY m.position`,
  Restaurant: `SELECT r.id, r.name, r.rating, r.rating_count FROM "Restaurant" r
    WHERE r.id IN (SELECT o.restaurant_id FROM "Order" o
      JOIN "OrderGroup" g ON g.id = o.order_group_id WHERE g.order_id = $1)`,
};
const deliveryTables = {
  DeliveryAssignment: `SELECT "orderId", "agentId", status, "assignedAt", "pickedUpAt", "completedAt", "agentRating"
    FROM "DeliveryAssignment" WHERE "orderId" = $1`,
  DilveryAgent: `SELECT a.id, a.name, a.agent_status, a.rating, a."ratingCount" FROM "DilveryAgent" a
    JOIN "DeliveryAssignment" d ON d."agentId" = a.id WHERE d."orderId" = $1`,
};

export interface ExpectedRows {
  /** Tables that the order must have left nothing in; in all others it must. */
  without?: string[];
  /** What every column of this name must hold. */
  status?: string;
}

/** What the order has left in each of the three databases. Throws when that is not what is expected. */
export async function printRows(
  addresses: Addresses,
  { orderId }: PlacedOrder,
  { without = [], status }: ExpectedRows,
): Promise<void> {
  heading(
    `The rows that order ${orderId.slice(0, 8)} left`,
    'three databases, each known to one service only; ids shortened',
  );
  const databases = [
    ['user_service', addresses.USER_DATABASE_URL, userTables],
    ['restaurant_service', addresses.RESTAURANT_DATABASE_URL, restaurantTables],
    ['delivery_service', addresses.DELIVERY_DATABASE_URL, deliveryTables],
  ] as const;
  for (const [database, url, tables] of databases) {
    for (const [table, query] of Object.entries(tables)) {
      const { columns, rows } = await selectRows(url, query, [orderId]);
      print(`  ${database} ${paint('cyan', table)}`);
      if (rows.length === 0) print(paint('dim', '    none'));
      else printTable(columns, rows);
      if ((rows.length === 0) !== without.includes(table))
        throw new Error(`${rows.length} row(s) in ${table} are not what was expected`);
      const at = columns.indexOf('status');
      if (status !== undefined && at >= 0 && rows.some((row) => row[at] !== status))
        throw new Error(`not every row in ${table} is ${status}`);
    }
  }
}
