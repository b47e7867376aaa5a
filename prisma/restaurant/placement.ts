import type { OrderStatus } from '../../contracts/states';
import type { OrderedRestaurant, PlaceOrderMessage } from '../../contracts/messages';
import type { Transaction } from './client';
import { lockedOrder } from '../order-lock';
import { openBetween } from './restaurants';

export interface OfferedItem {
  name: string;
  type: 'VEG' | 'NON_VEG';
  /** A decimal string. */
  price: string;
}

/** What a restaurant offers of the requested items at a minute. */
export interface Offer {
  id: string;
  name: string;
  online: boolean;
  open: boolean;
  /** The requested items that are on its menu, by id. */
  items: Record<string, OfferedItem>;
}

/** An order with what it copies from its restaurants and their menus. */
export interface PricedOrder {
  total: string;
  restaurants: {
    restaurant_id: string;
    name: string;
    total: string;
    items: ({ menu_item_id: string; quantity: number } & OfferedItem)[];
  }[];
}

export interface StoredOrder {
  status: OrderStatus;
  /** Only a tombstone has none. */
  total: string | null;
}

/** Null if the order is unknown. */
export async function findStored(tx: Transaction, orderId: string): Promise<StoredOrder | null> {
  const rows = await tx.$queryRaw<StoredOrder[]>`
    SELECT status, total::text FROM "OrderGroup" WHERE id = ${orderId}::uuid`;
  return rows[0] ?? null;
}

/** Takes the order lock and reads the restaurants' offers at that minute, `HH:MM` (UTC). Unknown restaurants are missing. */
export function lockAndReadOffers(
  tx: Transaction,
  orderId: string,
  restaurants: OrderedRestaurant[],
  minute: string,
): Promise<Offer[]> {
  const restaurantIds = restaurants.map(({ restaurant_id }) => restaurant_id);
  const itemIds = restaurants.flatMap(({ items }) => items.map(({ menu_item_id }) => menu_item_id));
  return tx.$queryRaw<Offer[]>`
    WITH ${lockedOrder(orderId)}
    SELECT r.id, r.name, r.status = 'ONLINE' AS online, ${openBetween(minute, minute)} AS open,
      COALESCE(json_object_agg(m.id, json_build_object('name', m.name, 'type', m.type, 'price', m.price::text))
        FILTER (WHERE m.id IS NOT NULL), '{}') AS items
    FROM "Restaurant" r
    LEFT JOIN "MenuItem" m ON m.restaurant_id = r.id AND m.deleted_at IS NULL AND m.id = ANY(${itemIds}::uuid[])
    WHERE EXISTS (SELECT FROM locked) AND r.id = ANY(${restaurantIds}::uuid[])
    GROUP BY r.id`;
}

/** Stores a placed order as PENDING. False if the order or its tombstone exists. The caller holds the order lock. */
export async function storeOrder(tx: Transaction, order: PlaceOrderMessage, priced: PricedOrder): Promise<boolean> {
  const items = await tx.$executeRaw`
    WITH stored_group AS (
      INSERT INTO "OrderGroup" (id, user_id, placed_at, total)
      VALUES (${order.order_id}::uuid, ${order.user_id}::uuid, ${order.placed_at}::timestamptz, ${priced.total}::decimal)
      ON CONFLICT (id) DO NOTHING RETURNING id
    ), asked AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(priced.restaurants)}::jsonb)
        AS a(restaurant_id uuid, name text, total decimal, items jsonb)
    ), stored AS (
      INSERT INTO "Order" (order_group_id, restaurant_id, restaurant_name, total)
      SELECT stored_group.id, asked.restaurant_id, asked.name, asked.total FROM stored_group, asked
      RETURNING id, restaurant_id
    )
    INSERT INTO "OrderItem" (order_id, menu_item_id, quantity, name, type, price)
    SELECT stored.id, item.menu_item_id, item.quantity, item.name, item.type, item.price
    FROM stored
    JOIN asked USING (restaurant_id),
    jsonb_to_recordset(asked.items) AS item(menu_item_id uuid, quantity int, name text, type "MenuItemType", price decimal)`;
  return items > 0;
}
