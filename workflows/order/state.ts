import type { DeliveryStatus, OrderStatus } from '../../contracts/states';
import type { AssignedAgent, OrderInput, PlacementOutcome } from '../../contracts/workflow';

/** What the rules judge by. An API that has only its own database row knows a part of it. */
export interface OrderFacts {
  user_id?: string;
  status: OrderStatus;
  /** Null until an agent is assigned. */
  delivery: DeliveryStatus | null;
  /** The delivery may be further along: the delivery side has not yet said where it stands. */
  deliveryUncertain?: boolean;
  agent?: { agent_id: string; agent_name?: string } | null;
  /** Agents who have handed the job back. They are not assigned again. */
  declinedBy?: readonly string[];
  /** The status of each restaurant's part, by restaurant id. Absent: only decisions on the whole order are possible. */
  parts?: Readonly<Record<string, OrderStatus>> | undefined;
  /** When one restaurant refuses, the customer wants the rest of the order. */
  keepRest?: boolean;
}

/** What an operator should look at; the search attribute `OrderAttention`. */
export type Attention = 'STALE' | 'DELIVERY_LATE' | 'UNDO_FAILING';

/** The whole state of a running order. Only `evolve` makes a new one. */
export interface OrderState extends OrderFacts {
  readonly order_id: string;
  readonly user_id: string;
  readonly placed_at: string;
  readonly agent: AssignedAgent | null;
  readonly declinedBy: readonly string[];
  /** The agent that a signal has named, until the delivery side or the saga has dealt with it. */
  readonly named: AssignedAgent | null;
  readonly total: string | null;
  /** Why the order ends early. */
  readonly reason: string | null;
  readonly attention: Attention | null;
  /** Set once the order is to end early: the saga begins no further step. */
  readonly stopped: string | null;
  /** The answer to the `place` update, once it is known. */
  readonly placement: PlacementOutcome | null;
  /** The values of the first placement under the order's id. */
  readonly first: { bodyHash: string; placedAt: string };
  /** The time spent on finding an agent, over all searches. */
  readonly searchedMs: number;
  /** How often an agent has handed the job back, after which another search begins. */
  readonly searches: number;
}

export function initialState({ order, onPartialRefusal, bodyHash }: OrderInput): OrderState {
  const { order_id, user_id, placed_at, restaurants } = order;
  return {
    order_id,
    user_id,
    placed_at,
    status: 'PENDING',
    delivery: null,
    deliveryUncertain: false,
    agent: null,
    named: null,
    declinedBy: [],
    parts: partsOf(restaurants),
    keepRest: onPartialRefusal === 'keep_rest',
    total: null,
    reason: null,
    attention: null,
    stopped: null,
    placement: null,
    first: { bodyHash, placedAt: placed_at },
    searchedMs: 0,
    searches: 0,
  };
}

/** An adopted order may have no restaurants: then only the restaurant side knows its parts. */
const partsOf = (restaurants: OrderInput['order']['restaurants']): OrderFacts['parts'] =>
  restaurants.length === 0
    ? undefined
    : Object.fromEntries(restaurants.map(({ restaurant_id }) => [restaurant_id, 'PENDING' as const]));
