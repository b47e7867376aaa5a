/**
 * The log of an order: each step that others are told of, numbered per order (contract, section 8). Streams, webhooks and the page's timeline read
 * it. Plain types and functions: workflow code imports them. `events.ts` has the schemas.
 */
import type { DeliveryStatus, OrderStatus } from './states';

interface LoggedAgent {
  agent_id: string;
  agent_name?: string;
}

/** What each type of event tells besides the order and its state. Amounts are decimal strings here, numbers in the published event. */
export interface LoggedFacts {
  /** Empty for an order whose restaurants only the restaurant service knows. */
  placed: { restaurant_ids: string[] };
  /** The restaurant side has checked and priced it. */
  priced: { total: string };
  /** Nothing has to be paid before the restaurants see it. */
  secured: object;
  confirmed: { total: string | null };
  'refused-in-part': { restaurant_id: string; reason: string | null };
  /** No agent is free: the order waits for one. */
  'agent-searched': object;
  'agent-assigned': { agent: LoggedAgent };
  'handed-back': { agent: LoggedAgent; reason: string | null };
  'picked-up': { agent: LoggedAgent | null };
  late: { agent: LoggedAgent | null };
  delivered: { agent: LoggedAgent | null };
  /** `by`: the role that cancelled it; null for a limit, or a participant that could not go on. */
  cancelled: { reason: string | null; by: string | null };
  rejected: { reason: string | null };
  rated: { order_rating: number; agent_rating: number };
}

export type LoggedType = keyof LoggedFacts;

/** The types, in the order in which an order can have them. */
export const loggedTypes = [
  'placed',
  'priced',
  'secured',
  'refused-in-part',
  'confirmed',
  'agent-searched',
  'agent-assigned',
  'handed-back',
  'picked-up',
  'late',
  'delivered',
  'cancelled',
  'rejected',
  'rated',
] as const satisfies readonly LoggedType[];

/** Only `rated` follows one of these. */
export const finalTypes: readonly LoggedType[] = ['delivered', 'cancelled', 'rejected'];

/** How far a log goes, as it is kept with the record: 0 is empty, 1 placed, 2 confirmed, 3 ended. */
export function reachOf(types: readonly LoggedType[]): number {
  if (types.some((type) => finalTypes.includes(type))) return 3;
  if (types.includes('confirmed')) return 2;
  return types.length > 0 ? 1 : 0;
}

interface OrderStateThen {
  status: OrderStatus;
  delivery: DeliveryStatus | null;
}

/** An event before it has its number. An order's log has each key once, so an entry that a repeated task or a repair appends again changes nothing. */
export type LogEntry<Type extends LoggedType = LoggedType> = {
  [T in Type]: { key: string; type: T; at: string; data: OrderStateThen & LoggedFacts[T] };
}[Type];

/** @param of Tells events of one type apart: which agent, which restaurant. */
function entry<Type extends LoggedType>(
  type: Type,
  at: string,
  data: OrderStateThen & LoggedFacts[Type],
  of?: string,
): LogEntry {
  return { key: of === undefined ? type : `${type}:${of}`, type, at, data } as LogEntry;
}

const pending: OrderStateThen = { status: 'PENDING', delivery: null };
const confirmed: OrderStateThen = { status: 'CONFIRMED', delivery: null };
const withAgent = <Agent extends LoggedAgent | null>(delivery: DeliveryStatus, agent: Agent) =>
  ({ status: 'CONFIRMED', delivery, agent }) as const;

/** The entries of a log. Steps that are known in an activity before the workflow learns of them make the same entry in both. */
export const logged = {
  placed: (at: string, restaurant_ids: string[]) => entry('placed', at, { ...pending, restaurant_ids }),
  /** A cash order is secured as soon as its price is known. */
  priced: (at: string, total: string) => [entry('priced', at, { ...pending, total }), entry('secured', at, pending)],
  confirmed: (at: string, total: string | null) => entry('confirmed', at, { ...confirmed, total }),
  refusedInPart: (at: string, status: OrderStatus, restaurant_id: string, reason: string | null) =>
    entry('refused-in-part', at, { status, delivery: null, restaurant_id, reason }, restaurant_id),
  /** @param search Counts the searches of the order, from 0. */
  agentSearched: (at: string, search: number) => entry('agent-searched', at, confirmed, String(search)),
  agentAssigned: (at: string, agent: LoggedAgent) =>
    entry('agent-assigned', at, withAgent('PENDING', agent), agent.agent_id),
  handedBack: (at: string, agent: LoggedAgent, reason: string | null) =>
    entry('handed-back', at, { ...confirmed, agent, reason }, agent.agent_id),
  pickedUp: (at: string, agent: LoggedAgent | null) => entry('picked-up', at, withAgent('PICKED_UP', agent)),
  late: (at: string, agent: LoggedAgent | null) => entry('late', at, withAgent('PICKED_UP', agent)),
  delivered: (at: string, agent: LoggedAgent | null) => entry('delivered', at, withAgent('DELIVERED', agent)),
  cancelled: (at: string, hadAgent: boolean, reason: string | null, by: string | null) =>
    entry('cancelled', at, { status: 'CANCELLED', delivery: hadAgent ? 'CANCELLED' : null, reason, by }),
  rejected: (at: string, reason: string | null) =>
    entry('rejected', at, { status: 'CANCELLED', delivery: null, reason }),
  rated: (at: string, order_rating: number, agent_rating: number) =>
    entry('rated', at, { status: 'CONFIRMED', delivery: 'DELIVERED', order_rating, agent_rating }),
};

type Text = readonly [text: string, detail?: string | null] | null;

const texts: { [Type in LoggedType]: (data: LoggedFacts[Type]) => Text } = {
  placed: ({ restaurant_ids: { length } }) => ['placed', length > 0 ? `${length} restaurant(s)` : null],
  priced: ({ total }) => ['accepted by the restaurant side', `total ${total}`],
  secured: () => null,
  'refused-in-part': ({ restaurant_id, reason }) => ['refused by one restaurant', reason ?? restaurant_id],
  confirmed: () => ['confirmed by the restaurant'],
  'agent-searched': () => ['waiting for an agent'],
  'agent-assigned': ({ agent }) => ['agent assigned', agent.agent_name],
  'handed-back': ({ agent, reason }) => ['handed back', reason ?? agent.agent_name],
  'picked-up': () => ['picked up'],
  late: () => ['late: needs attention'],
  delivered: () => ['delivered'],
  cancelled: ({ reason, by }) => ['cancelled', by ? `by the ${by}: ${reason}` : reason],
  rejected: ({ reason }) => ['rejected', reason],
  rated: ({ order_rating, agent_rating }) => ['rated', `${order_rating} for the order, ${agent_rating} for the agent`],
};

/** How an entry reads in the order's timeline. Null: it is not shown. */
export const logText = ({ type, data }: Pick<LogEntry, 'type' | 'data'>): Text =>
  (texts[type] as (data: LogEntry['data']) => Text)(data);
