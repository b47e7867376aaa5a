/** What goes into the workflows and comes out of them. Types alone: workflow code never runs a schema. */
import type { Decision, DeliveryMove, DeliveryStatus, OrderStatus, PartialRefusal } from './states';
import type { PlaceOrderMessage } from './messages';

/** Time limits of an order, all in milliseconds. Data, not code: a test sets them to seconds, a running order keeps its own. */
export interface OrderPolicy {
  /** The restaurant side has not stored the order in time: CANCELLED. */
  placementLimitMs: number;
  /** The restaurant has not decided: CANCELLED. */
  decisionLimitMs: number;
  /** No agent was found: CANCELLED. */
  courierLimitMs: number;
  /** The agent has not picked up: CANCELLED. */
  pickupLimitMs: number;
  /** Not delivered so long after pick-up: a person should look (`OrderAttention`), the order goes on. */
  deliveryAttentionMs: number;
  /** While no agent is free, ask again this often: makes up for a lost "agent assigned" message. */
  reaskIntervalMs: number;
  /** After a failed local attempt a service is called durably for so long: each local try would cost a second again. */
  avoidLocalMs: number;
  /** One durable attempt: its request expires in the queue with it. Absent in orders of version 0.1. */
  attemptMs?: number;
  /** Between durable attempts, at most; they are repeated without end. Absent in orders of version 0.1. */
  retryIntervalMs?: number;
  /** An undo that has been called in vain for so long is shown (`OrderAttention`), and goes on. Absent in orders of version 0.1. */
  undoAttentionMs?: number;
}

const minuteMs = 60_000;

/** The defaults of the configuration; also for what orders and ratings of version 0.1 lack. */
export const defaultOrderPolicy: Required<OrderPolicy> = {
  placementLimitMs: 10 * minuteMs,
  decisionLimitMs: 15 * minuteMs,
  courierLimitMs: 15 * minuteMs,
  pickupLimitMs: 60 * minuteMs,
  deliveryAttentionMs: 120 * minuteMs,
  reaskIntervalMs: 30_000,
  avoidLocalMs: 30_000,
  attemptMs: 10_000,
  retryIntervalMs: 30_000,
  /** Longer than the restart of a service, which needs no operator. */
  undoAttentionMs: 2 * minuteMs,
};

/** How a service is called that is slow or away. */
export type CallPolicy = Pick<OrderPolicy, 'avoidLocalMs' | 'attemptMs' | 'retryIntervalMs'>;

/** Input of the order workflow. */
export interface OrderInput {
  order: PlaceOrderMessage;
  policy: OrderPolicy;
  /** What becomes of the order when one of its restaurants refuses; left out: `cancel_all`. */
  onPartialRefusal?: PartialRefusal;
  /**
   * Where an adopted order stands already; left out: at its beginning. `cancelled`: it cannot go on, and what is left of it is
   * undone everywhere.
   */
  stage?: 'confirmed' | 'cancelled';
  /** Of an adopted order: its total, a decimal string, where it is known. */
  total?: string | null;
  /** Of an adopted order that is `cancelled`: why. */
  reason?: string;
  /** SHA-256 of the placement's body (hex): a repeat under the same idempotency key must carry the same body. Empty: not placed over HTTP. */
  bodyHash: string;
}

/** Answer of the `place` update, with what a repeat under the same idempotency key is compared with and answered: the first placement's. */
export type PlacementOutcome = { bodyHash: string; placedAt: string } & (
  | { outcome: 'placed'; total: string }
  | { outcome: 'rejected'; reason: string }
  | { outcome: 'cancelled'; reason: string }
  /** An earlier run, which is gone from Temporal, had this order: nothing was touched. What the customer's record says of it. */
  | { outcome: 'settled'; total: string | null; reason: string | null }
);

/** What the customer's record says of the first placement under this order id: this one's, or one of a run that is gone. */
export interface FirstPlacement {
  status: OrderStatus;
  delivered: boolean;
  placedAt: string;
  bodyHash: string | null;
  total: string | null;
  reason: string | null;
}

/** What somebody wants of an order. */
export type OrderCommand =
  /** Of one restaurant for its part, or for all. */
  | { kind: 'decide'; status: Decision; restaurant_id?: string | null | undefined; reason?: string | null | undefined }
  | { kind: 'moveDelivery'; status: DeliveryMove }
  | { kind: 'cancel'; reason?: string | null | undefined }
  /** Ask again for an agent. */
  | { kind: 'askAgent' }
  /** The agent hands the job back: that one, or whoever has it. */
  | { kind: 'decline'; agent_id?: string | null | undefined; reason?: string | null | undefined };

/** Answer to a command that was let in: done (or so already), or refused by what turned out meanwhile. */
export type CommandOutcome = { outcome: 'done' } | { outcome: 'refused'; code: RefusalCode; message: string };

/** Why a command is not allowed. Also the `type` of the failure with which a validator refuses. */
export type RefusalCode =
  | 'DECISION_NOT_ALLOWED'
  | 'ILLEGAL_TRANSITION'
  | 'CANCEL_TOO_LATE'
  | 'NO_AGENT_YET'
  | 'NOT_CONFIRMED'
  | 'ALREADY_ASSIGNED'
  | 'UNKNOWN_RESTAURANT'
  /** No API sends such a thing. */
  | 'MALFORMED';

export interface AssignedAgent {
  agent_id: string;
  agent_name: string;
}

/** One line of an order's story. */
export interface TimelineEntry {
  /** ISO 8601, UTC. */
  at: string;
  event: string;
  detail?: string;
}

/** Answer of the `order` query. */
export interface OrderView {
  order_id: string;
  user_id: string;
  placed_at: string;
  status: OrderStatus;
  delivery: DeliveryStatus | null;
  agent: AssignedAgent | null;
  /** Each restaurant's part by its id. */
  parts?: Readonly<Record<string, OrderStatus>>;
  total: string | null;
  reason: string | null;
  attention: string | null;
  timeline: TimelineEntry[];
}

/** Result of the order workflow. */
export interface OrderResult {
  outcome: 'DELIVERED' | 'CANCELLED' | 'REJECTED' | 'SETTLED';
  reason: string | null;
}

/** Input of the rating workflow: the rating message with the id that its row will have. */
export interface RatingInput {
  rating_id: string;
  user_id: string;
  order_id: string;
  order_rating: number;
  agent_rating: number;
}

/** Answer of the rating workflow's `rate` update. */
export type RatingOutcome =
  | { outcome: 'stored'; id: string; user_order_id: string }
  | { outcome: 'unknown_order' }
  | { outcome: 'not_delivered' }
  | { outcome: 'duplicate' };
