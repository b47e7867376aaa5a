import type { DeliveryStatus, OrderStatus } from '../../../contracts/states';

/** The contents of the databases, the queues and Temporal at the end of a run. Money is in cents. */
export interface Evidence extends Rows {
  runs: Run[];
  /** Histories that the built workflow code does not replay: a worker without them in its cache cannot continue them. */
  replayFailures: { workflowId: string; error: string }[];
  /** `messages` includes unacknowledged ones; none where the broker gave no number. */
  queues: { name: string; messages?: number | null }[];
  deadLetters: { queue: string; id: string; reason: string | null }[];
}

export interface Rows {
  records: CustomerRecord[];
  ratings: Rating[];
  groups: Group[];
  parts: Part[];
  restaurants: Rated[];
  deliveries: Delivery[];
  agents: Agent[];
  /** The audit trail, each database's changes in their order. */
  changes: Change[];
}

/** A whole order. The total is null in a tombstone: the order was undone before it was stored. */
type Whole = { orderId: string; userId: string; status: OrderStatus; total: number | null };

export type CustomerRecord = Whole & { delivered: boolean };

export type Rating = { orderId: string; order_rating: number; agent_rating: number };

/** The restaurant service's row of a whole order. */
export type Group = Whole & { rating: number | null };

/** One restaurant's part of an order. */
export interface Part {
  id: string;
  orderId: string;
  restaurant_id: string;
  status: OrderStatus;
  total: number;
  items: { menu_item_id: string; quantity: number; price: number; menuPrice: number }[];
}

/** A restaurant or an agent: its mean rating, and what the mean is made of. */
export type Rated = { id: string; mean: number | null; sum: number; count: number };

export type Agent = Rated & { status: 'AVAILABLE' | 'BUSY' };

export type Delivery = { orderId: string; agentId: string | null; status: DeliveryStatus; rating: number | null };

/** The tables whose every change goes to the audit trail, by database. */
export const auditedTables = {
  user: ['userOrder', 'userRating'],
  restaurant: ['OrderGroup', 'Order', 'OrderItem'],
  delivery: ['DeliveryAssignment', 'DilveryAgent', 'DeclinedJob'],
} as const;
export type AuditedTable = (typeof auditedTables)[keyof typeof auditedTables][number];

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

/** A workflow of an order or of a rating. */
export interface Run {
  workflowId: string;
  /** Temporal's: RUNNING, COMPLETED, FAILED… */
  status: string;
  /** An order's customer. */
  userId: string | null;
  /** Of an order's workflow that has completed. */
  outcome: string | null;
  /** Of the pending workflow task. */
  failedAttempts: number;
}
