import type { DeliveryStatus, OrderStatus } from '../../../contracts/states';

/** What the databases, the queues and Temporal say at the end. The invariants are judged by it, and by what was promised. */
export interface Evidence {
  records: CustomerRecord[];
  ratings: Rating[];
  groups: Group[];
  parts: Part[];
  restaurants: Rated[];
  deliveries: Delivery[];
  agents: (Rated & { status: AgentStatus })[];
  changes: Change[];
  runs: Run[];
  /** Workflows whose history the present code does not repeat: a worker that has lost its cache can't carry them on. */
  notReplayed: { workflowId: string; error: string }[];
  queues: Queue[];
  deadLetters: { queue: string; id: string; reason: string | null }[];
}

export type AgentStatus = 'AVAILABLE' | 'BUSY';

/** Money is in cents. */
export interface CustomerRecord {
  orderId: string;
  userId: string;
  status: OrderStatus;
  delivered: boolean;
  total: number | null;
}

export interface Rating {
  orderId: string;
  order: number;
  agent: number;
}

export interface Group {
  orderId: string;
  userId: string;
  status: OrderStatus;
  /** Null in the tombstone of an order that was undone before it was stored. */
  total: number | null;
  rating: number | null;
}

/** One restaurant's part of an order. */
export interface Part {
  id: string;
  orderId: string;
  restaurantId: string;
  status: OrderStatus;
  total: number;
  items: { menuItemId: string; quantity: number; price: number; menuPrice: number }[];
}

/** A restaurant or an agent, with what has been counted into its mean. */
export interface Rated {
  id: string;
  mean: number | null;
  sum: number;
  count: number;
}

export interface Delivery {
  orderId: string;
  agentId: string | null;
  status: DeliveryStatus;
  rating: number | null;
}

/** A change of a row, in the order of its database; no `before`: it was made, no `after`: it was deleted. */
export type Change = { seq: number; at: number; tx: string } & (
  | { entity: 'record'; before?: RecordState; after?: RecordState }
  | { entity: 'group'; before?: GroupState; after?: GroupState }
  | { entity: 'part'; before?: PartState; after?: PartState }
  | { entity: 'delivery'; before?: DeliveryState; after?: DeliveryState }
  | { entity: 'agent'; before?: AgentState; after?: AgentState }
  | { entity: 'declined'; before?: DeclinedState; after?: DeclinedState }
  | { entity: 'other'; what: string; deleted: boolean }
);

export interface RecordState {
  orderId: string;
  status: OrderStatus;
  delivered: boolean;
}
export interface GroupState {
  orderId: string;
  status: OrderStatus;
}
export interface PartState {
  id: string;
  status: OrderStatus;
}
export interface DeliveryState {
  orderId: string;
  agentId: string | null;
  status: DeliveryStatus;
}
export interface AgentState {
  id: string;
  status: AgentStatus;
}
export interface DeclinedState {
  orderId: string;
  agentId: string;
}

/** A workflow, of an order or of a rating. */
export interface Run {
  workflowId: string;
  /** Temporal's word: RUNNING, COMPLETED, FAILED… */
  status: string;
  /** Whose order it is, where the run says so. */
  userId: string | null;
  /** The result's outcome, of an order that has ended well. */
  outcome: string | null;
  /** Failed attempts of the workflow task that is due. */
  failingTask: number;
  tookMs: number | null;
}

export interface Queue {
  name: string;
  /** With those that a consumer holds; null where the broker did not say. */
  messages: number | null;
}
