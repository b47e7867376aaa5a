/** Inputs, results and messages of the workflows. Types only: workflow code never runs a schema. */
import type { Decision, DeliveryMove, DeliveryStatus, OrderStatus, PartialRefusal } from './states';
import type { orderRefusals } from './errors';
import type { AgentAssignedMessage, PlaceOrderMessage, RatingMessage } from './messages';

const minuteMs = 60_000;

/** Default time limits of an order in milliseconds. Data, not code: tests set them to seconds, and a running order keeps its own. */
export const defaultOrderPolicy = {
  /** For the restaurant side to store the order; then CANCELLED. */
  placementLimitMs: 10 * minuteMs,
  /** For the restaurant's decision; then CANCELLED. */
  decisionLimitMs: 15 * minuteMs,
  /** For finding an agent, over all attempts; then CANCELLED. */
  courierLimitMs: 15 * minuteMs,
  /** For the pick-up; then CANCELLED. */
  pickupLimitMs: 60 * minuteMs,
  /** After this long without delivery `OrderAttention` is set. The order continues. */
  deliveryAttentionMs: 120 * minuteMs,
  /** How often to ask again while no agent is free: covers a lost "agent assigned" message. */
  reaskIntervalMs: 30_000,
  /** After a failed local attempt a service is called durably for this long: each local attempt would cost a second. */
  avoidLocalMs: 30_000,
  /** Timeout of one durable attempt; its request expires in the queue with it. */
  attemptMs: 10_000,
  /** Longest pause between durable attempts, which are repeated without end. */
  retryIntervalMs: 30_000,
  /** After this long a failing compensation sets `OrderAttention`. Its retries continue. Longer than the restart of a service. */
  undoAttentionMs: 2 * minuteMs,
};
type Limits = typeof defaultOrderPolicy;
type SinceVersion02 = 'attemptMs' | 'retryIntervalMs' | 'undoAttentionMs';

/** Orders of version 0.1 lack some limits: for them the defaults apply. */
export type OrderPolicy = Omit<Limits, SinceVersion02> & Partial<Limits>;

/** How to call a service that is slow or unavailable. */
export type CallPolicy = Pick<OrderPolicy, 'avoidLocalMs' | 'attemptMs' | 'retryIntervalMs'>;

/** Input of the order workflow. The optional fields after the first belong to adopted orders. */
export interface OrderInput {
  order: PlaceOrderMessage;
  policy: OrderPolicy;
  /** @default 'cancel_all' */
  onPartialRefusal?: PartialRefusal;
  /** Where an adopted order stands. `cancelled`: it cannot continue and is undone in every service. Absent: a new order. */
  stage?: 'confirmed' | 'cancelled';
  /** The total, a decimal string, where it is known. */
  total?: string | null;
  reason?: string;
  /** SHA-256 of the placement's body in hex: a repeat under the same idempotency key must carry the same body. Empty: not placed over HTTP. */
  bodyHash: string;
}

/** Answer of the `place` update. `bodyHash` and `placedAt` are those of the first placement under the idempotency key. */
export type PlacementOutcome = { bodyHash: string; placedAt: string } & (
  | { outcome: 'placed'; total: string }
  | { outcome: 'rejected' | 'cancelled'; reason: string }
  /** An earlier run, which Temporal no longer has, placed this order. Nothing was changed; the values are from the customer's record. */
  | { outcome: 'settled'; total: string | null; reason: string | null }
);

/** The order's progress, for the customer's record. */
export interface OrderProgress {
  order_id: string;
  user_id: string;
  placed_at: string;
  status: OrderStatus;
  delivered: boolean;
  total: string | null;
  reason: string | null;
}

/** The customer's record of the first placement under an order id, by this run or by one that Temporal no longer has. */
export interface FirstPlacement {
  status: OrderStatus;
  delivered: boolean;
  placedAt: string;
  bodyHash: string | null;
  total: string | null;
  reason: string | null;
}

export type OrderCommand =
  /** One restaurant's decision on its part, or a decision on the whole order. */
  | { kind: 'decide'; status: Decision; restaurant_id?: string | null | undefined; reason?: string | null | undefined }
  | { kind: 'moveDelivery'; status: DeliveryMove }
  | { kind: 'cancel'; reason?: string | null | undefined }
  | { kind: 'askAgent' }
  /** This agent, or by default the assigned one, hands the job back. */
  | { kind: 'decline'; agent_id?: string | null | undefined; reason?: string | null | undefined };

export type CommandOf<Kind extends OrderCommand['kind']> = Extract<OrderCommand, { kind: Kind }>;

/** Answer to an accepted command. `refused`: something that happened after it was accepted rules it out. */
export type CommandOutcome = { outcome: 'done' } | { outcome: 'refused'; code: RefusalCode; message: string };

/** Why a command is refused. Also the `type` of the failure with which a validator refuses. */
export type RefusalCode =
  | keyof typeof orderRefusals
  /** Never from an API: an update sent by hand. */
  | 'MALFORMED';

export type AssignedAgent = Pick<AgentAssignedMessage, 'agent_id' | 'agent_name'>;

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
  /** The status of each restaurant's part, by restaurant id. */
  parts?: Readonly<Record<string, OrderStatus>>;
  total: string | null;
  reason: string | null;
  attention: string | null;
  timeline: TimelineEntry[];
}

export interface OrderResult {
  outcome: 'DELIVERED' | 'CANCELLED' | 'REJECTED' | 'SETTLED';
  reason: string | null;
}

/** Input of the rating workflow: the rating message and the id of the row to be stored. */
export interface RatingInput extends RatingMessage {
  rating_id: string;
  user_id: string;
}

/** Answer of the rating workflow's `rate` update. */
export type RatingOutcome = { outcome: 'stored'; id: string; user_order_id: string } | { outcome: RatingRefusal };

/** `unknown_order`: there is none, or it is another customer's. */
export type RatingRefusal = 'unknown_order' | 'not_delivered' | 'duplicate';
