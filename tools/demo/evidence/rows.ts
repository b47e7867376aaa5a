import { styleText } from 'node:util';
import { selectRows } from '../../platform/connections';
import type { SystemVariables } from '../../platform/variables';
import { serviceNames, type ServiceName } from '../../stack/addresses';
import type { Order } from '../people';
import { dim, heading, print, printTable, type Row } from '../screen';

const ofOrder = `FROM "Order" o JOIN "OrderGroup" g ON g.id = o.order_group_id`;

/** The query of each table, by service. */
const tables: Record<ServiceName, Record<string, string>> = {
  user: {
    userOrder: `SELECT order_id, user_id, placed_at, status, delivered, total FROM "userOrder" WHERE order_id = $1`,
    userRating: `SELECT r.id, r.order_rating, r.agent_rating, r.created_at
      FROM "userRating" r JOIN "userOrder" o ON o.id = r.user_order_id WHERE o.order_id = $1`,
  },
  restaurant: {
    OrderGroup: `SELECT id, order_id, user_id, status, total, order_rating FROM "OrderGroup" WHERE order_id = $1`,
    Order: `SELECT o.id, o.order_group_id, o.restaurant_id, o.status, o.total ${ofOrder} WHERE g.order_id = $1`,
    OrderItem: `SELECT i.order_id, m.name AS menu_item, i.quantity, i.price ${ofOrder}
      JOIN "OrderItem" i ON i.order_id = o.id JOIN "MenuItem" m ON m.id = i.menu_item_id
      WHERE g.order_id = $1 ORDER BY m.position`,
    Restaurant: `SELECT r.id, r.name, r.rating, r.rating_count FROM "Restaurant" r
      WHERE r.id IN (SELECT o.restaurant_id ${ofOrder} WHERE g.order_id = $1)`,
  },
  delivery: {
    DeliveryAssignment: `SELECT "orderId", "agentId", status, "assignedAt", "pickedUpAt", "completedAt", "agentRating"
      FROM "DeliveryAssignment" WHERE "orderId" = $1`,
    DilveryAgent: `SELECT a.id, a.name, a.agent_status, a.rating, a."ratingCount" FROM "DilveryAgent" a
      JOIN "DeliveryAssignment" d ON d."agentId" = a.id WHERE d."orderId" = $1`,
  },
};

export interface ExpectedRows {
  /** The tables without a row of the order; every other one has at least one. */
  without?: string[];
  /** The value of every `status` column. */
  status?: string;
}

/** The order's rows in the three databases. Throws when they are not as expected. */
export async function printRows(system: SystemVariables, { orderId }: Order, expected: ExpectedRows): Promise<void> {
  heading(`The rows of order ${orderId.slice(0, 8)}`, 'one database per service; ids shortened');
  const urls = {
    user: system.USER_DATABASE_URL,
    restaurant: system.RESTAURANT_DATABASE_URL,
    delivery: system.DELIVERY_DATABASE_URL,
  };
  for (const service of serviceNames) {
    for (const [table, sql] of Object.entries(tables[service])) {
      const rows = await selectRows<Row>(urls[service], sql, [orderId]);
      print(`  ${service}_service ${styleText('cyan', table)}`);
      if (rows.length > 0) printTable(rows);
      else print(dim('    none'));
      if ((rows.length === 0) !== (expected.without?.includes(table) ?? false))
        throw new Error(`${table} has ${rows.length} rows of the order`);
      if (expected.status && rows.some(({ status }) => status !== undefined && status !== expected.status))
        throw new Error(`not every row in ${table} is ${expected.status}`);
    }
  }
}
