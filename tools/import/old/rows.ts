/** The rows of the old platform's databases, and the queries that read them. Times are texts, since they have no zone. */
import type { ServiceName } from '../../stack/addresses';

/** The columns that the import reads, by database and table. */
export const oldTables: Record<ServiceName, Record<string, string[]>> = {
  user: {
    userOrder: ['id', 'user_id', 'order_id'],
    userRating: ['id', 'order_rating', 'agent_rating', 'user_order_id'],
  },
  restaurant: {
    Restaurant: ['id', 'name', 'description', 'opening_time', 'closing_time', 'status', 'created_at'],
    MenuItem: ['id', 'name', 'description', 'price', 'type', 'created_at', 'restaurant_id'],
    OrderGroup: ['id', 'user_id', 'status', 'rating', 'placed_at', 'updated_at'],
    Order: ['id', 'user_id', 'status', 'placed_at', 'updated_at', 'order_group_id', 'restaurant_id'],
    OrderItem: ['id', 'order_id', 'menu_item_id', 'quantity', 'price'],
  },
  delivery: {
    DilveryAgent: ['id', 'name', 'userName', 'gender', 'agent_status', 'createdAt', 'updatedAt'],
    DeliveryAssignment: ['id', 'orderId', 'agentId', 'status', 'assignedAt', 'completedAt', 'rating'],
  },
};

type OrderStatus = 'PENDING' | 'CONFIRMED' | 'CANCELLED';

export interface OldRestaurant {
  id: string;
  name: string;
  description: string | null;
  opening_time: string;
  closing_time: string;
  status: 'ONLINE' | 'OFFLINE';
  created_at: string;
}

export interface OldMenuItem {
  id: string;
  name: string;
  description: string | null;
  price: number;
  type: 'VEG' | 'NON_VEG';
  created_at: string;
  restaurant_id: string;
}

export interface OldAgent {
  id: string;
  name: string;
  userName: string;
  gender: 'MALE' | 'FEMALE';
  agent_status: 'AVAILABLE' | 'BUSY';
  createdAt: string;
  updatedAt: string;
}

/** Of the order that all databases know by this key: its id in lower case. */
interface OfOrder {
  key: string;
}

/** A row of `userOrder` with its rating. */
export interface OldRecord extends OfOrder {
  id: string;
  user_id: string;
  order_id: string;
  rating_id: string | null;
  order_rating: number | null;
  agent_rating: number | null;
}

export interface OldGroup extends OfOrder {
  id: string;
  user_id: string;
  status: OrderStatus;
  rating: number | null;
  placed_at: string;
  updated_at: string;
}

/** A row of `Order`. */
export interface OldPart extends OfOrder {
  id: string;
  user_id: string;
  status: OrderStatus;
  placed_at: string;
  updated_at: string;
  restaurant_id: string;
}

export interface OldItem extends OfOrder {
  id: string;
  order_id: string;
  menu_item_id: string;
  quantity: number;
  price: number;
}

export interface OldDelivery extends OfOrder {
  id: string;
  orderId: string;
  agentId: string | null;
  status: 'PENDING' | 'PICKED_UP' | 'DELIVERED' | 'CANCELLED';
  assignedAt: string;
  completedAt: string | null;
  rating: number | null;
}

/** Whatever the collation of the database is. */
const key = (column: string): string => `lower(${column}::text COLLATE "C") COLLATE "C"`;
const time = (column: string): string => `${column}::timestamp::text`;

const restaurants = `
  SELECT id::text, name, description, opening_time::text, closing_time::text, status::text, ${time('created_at')} AS created_at
  FROM "Restaurant" r ORDER BY r.created_at, r.id`;

const menuItems = `
  SELECT id::text, name, description, price::float8, type::text, ${time('created_at')} AS created_at, restaurant_id::text
  FROM "MenuItem" m ORDER BY m.created_at, m.id`;

const agents = `
  SELECT id::text, name, "userName", gender::text, agent_status::text, ${time('"createdAt"')} AS "createdAt", ${time('"updatedAt"')} AS "updatedAt"
  FROM "DilveryAgent" a ORDER BY a."createdAt", a.id`;

/** Rows of one order stand in the order in which they were written: the table has no time, so by their place in it. */
const records = `
  SELECT ${key('o.order_id')} AS key, o.id::text, o.user_id::text, o.order_id::text,
    r.id::text AS rating_id, r.order_rating::float8, r.agent_rating::float8
  FROM "userOrder" o LEFT JOIN "userRating" r ON r.user_order_id = o.id
  ORDER BY 1, o.ctid`;

const groups = `
  SELECT ${key('id')} AS key, id::text, user_id::text, status::text, rating::float8, ${time('placed_at')} AS placed_at, ${time('updated_at')} AS updated_at
  FROM "OrderGroup" g ORDER BY 1, g.placed_at, g.id`;

const orderCount = `SELECT count(*)::int AS count FROM "OrderGroup"`;

const parts = `
  SELECT ${key('order_group_id')} AS key, id::text, user_id::text, status::text,
    ${time('placed_at')} AS placed_at, ${time('updated_at')} AS updated_at, restaurant_id::text
  FROM "Order" o ORDER BY 1, o.placed_at, o.id`;

const items = `
  SELECT ${key('o.order_group_id')} AS key, i.id::text, i.order_id::text, i.menu_item_id::text, i.quantity, i.price::float8
  FROM "OrderItem" i JOIN "Order" o ON o.id = i.order_id
  ORDER BY 1, o.placed_at, o.id, i.ctid`;

const deliveries = `
  SELECT ${key('"orderId"')} AS key, id::text, "orderId"::text, "agentId"::text, status::text,
    ${time('"assignedAt"')} AS "assignedAt", ${time('"completedAt"')} AS "completedAt", rating::float8
  FROM "DeliveryAssignment" d ORDER BY 1, d."assignedAt", d.id`;

/** Restaurants, menu items and agents come oldest first; what belongs to an order comes by the order's key, then oldest first. */
export const oldQueries = { restaurants, menuItems, agents, records, groups, parts, items, deliveries, orderCount };
