/** Inputs, results and messages of the workflows. Types only: workflow code never runs a schema. */
import type { Decision, DeliveryMove, DeliveryStatus, OrderStatus, PartialRefusal } from './states';
import type { orderRefusals } from './errors';
import type { AgentAssignedMessage, PlaceOrderMessage, RatingMessage } from './messages';
import type { LogEntry } from './order-log';
import type { InputPolicy } from './policy';

/** Input of the order workflow. The optional fields after the first belong to adopted orders. */
export interface OrderInput extends InputPolicy {
  order: PlaceOrderMessage;
  /** @default 'cancel_all' */
  onPartialRefusal?: PartialRefusal;
  /** Where an adopted order stands. `cancelled`: it cannot continue and is undone in every service. Absent: a new order. */
  stage?: 'confirmed' | 'cancelled';
  /** The total, a decimal string, where it is known. */
  total?: string | null;
  reason?: string;
  /** A new order of an old program whose `placed_at` is out of range (`isStale`): no restaurant sees it before an operator has decided. */
  stale?: boolean;
  /** A customer with this many open orders gets no other one. Absent: not limited. */
  maxOpenOrders?: number | undefined;
  /** SHA-256 of the placement's body in hex: a repeat under the same idempotency key must carry the same body. Empty: not placed over HTTP. */
  bodyHash: string;
}

/** Answer of the `place` update. `bodyHash` and `placedAt` are those of the first placement under the idempotency key. */
export type PlacementOutcome = { bodyHash: string; placedAt: string } & PlacementAnswer;

export type PlacementAnswer =
  | { outcome: 'placed'; total: string }
  | { outcome: 'rejected' | 'cancelled'; reason: string; code?: PlacementRefusal }
  /** An earlier run, which Temporal no longer has, placed this order. Nothing was changed; the values are from the customer's record. */
  | { outcome: 'settled'; total: string | null; reason: string | null };

/** Why an order is rejected, if not because the restaurants do not offer it. */
export type PlacementRefusal = 'TOO_MANY_OPEN_ORDERS';

/** The order's progress, for the customer's record. `log`: all of its entries so far; those that are known change nothing. */
export interface OrderProgress {
  order_id: string;
  user_id: string;
  placed_at: string;
  status: OrderStatus;
  delivered: boolean;
  total: string | null;
  reason: string | null;
  log?: readonly LogEntry[];
}

/** The customer's record of the first placement under an order id, by this run or by one that Temporal no longer has. */
export interface FirstPlacement extends Pick<OrderProgress, 'status' | 'delivered' | 'total' | 'reason'> {
  placedAt: string;
  bodyHash: string | null;
}

interface Authors {
  customer: { user_id: string };
  /** The restaurants of the order that are the author's. */
  restaurant: { restaurant_ids: readonly string[] };
  courier: { agent_id: string };
}

/** Who asks, as far as the rules depend on it. A command without an author comes from an operator, or from the stock command line. */
export type Author<Role extends keyof Authors = keyof Authors> = { [R in Role]: { role: R } & Authors[R] }[Role];

export type OrderCommand = { by?: Author | undefined } &
  /** One restaurant's decision on its part, or a decision on the whole order. */
  (
    | {
        kind: 'decide';
        status: Decision;
        restaurant_id?: string | null | undefined;
        reason?: string | null | undefined;
      }
    | { kind: 'moveDelivery'; status: DeliveryMove }
    | { kind: 'cancel'; reason?: string | null | undefined }
    /** Ask again for an agent. */
    | { kind: 'askAgent' }
    /** This agent, or by default the assigned one, hands the job back. */
    | { kind: 'decline'; agent_id?: string | null | undefined; reason?: string | null | undefined }
  );

export type CommandOf<Kind extends OrderCommand['kind']> = Extract<OrderCommand, { kind: Kind }>;

/** Answer to an accepted command. `refused`: something that happened after it was accepted rules it out. */
export type CommandOutcome = { outcome: 'done' } | { outcome: 'refused'; code: RefusalCode; message: string };

/** Why a command is refused. Also the `type` of the failure with which a validator refuses. */
export type RefusalCode =
  | keyof typeof orderRefusals
  /** The order, or a part of it, is another's. */
  | 'NOT_FOUND'
  | 'FORBIDDEN'
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
export interface OrderView extends Omit<OrderProgress, 'delivered' | 'log'> {
  delivery: DeliveryStatus | null;
  agent: AssignedAgent | null;
  /** The status of each restaurant's part, by restaurant id. */
  parts?: Readonly<Record<string, OrderStatus>>;
  attention: string | null;
  timeline: TimelineEntry[];
}

export interface OrderResult {
  outcome: 'DELIVERED' | 'CANCELLED' | 'REJECTED' | 'SETTLED';
  reason: string | null;
  code?: PlacementRefusal;
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
