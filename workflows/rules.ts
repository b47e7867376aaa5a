/**
 * The rules of an order's course (contract, section 3), pure. The workflow judges by them what it lets in;
 * the APIs judge by the same ones when the workflow is closed and only the database's row is left.
 */
import type { OrderCommand, RefusalCode } from '../contracts/workflow';
import { decisions, deliveryMoves, type DeliveryStatus, type OrderStatus } from '../contracts/states';

/** What the rules look at. */
export interface OrderFacts {
  status: OrderStatus;
  /** Null until an agent is assigned. */
  delivery: DeliveryStatus | null;
  /** The delivery side may have it further than that: an adopted order, of which it has not said yet where it stands. */
  mayBePickedUp?: boolean;
  /** The assigned agent, and those who have handed the job back: they do not get it again. */
  agentId?: string | null;
  declinedBy?: readonly string[];
  /** Each restaurant's part by its id. Where it is missing nobody can decide for one restaurant alone. */
  parts?: Readonly<Record<string, OrderStatus>>;
  /** The customer's wish: when one restaurant refuses, the rest is to come all the same. */
  keepRest?: boolean;
}

export type Verdict =
  | { verdict: 'allowed' }
  /** It is so already: success, and nothing changes. */
  | { verdict: 'repeat' }
  | { verdict: 'refused'; code: RefusalCode; message: string };

type Decide = Extract<OrderCommand, { kind: 'decide' }>;

const allowed: Verdict = { verdict: 'allowed' };
const repeat: Verdict = { verdict: 'repeat' };
const refused = (code: RefusalCode, message: string): Verdict => ({ verdict: 'refused', code, message });

/** Whether an order in this state takes the command. */
export function judge(facts: OrderFacts, command: OrderCommand): Verdict {
  if (!isKnown(command)) return refused('MALFORMED', 'No such command.');
  switch (command.kind) {
    case 'decide':
      return judgeDecision(facts, command);
    case 'moveDelivery':
      return judgeMove(facts, command.status);
    case 'cancel':
      return judgeCancel(facts);
    case 'askAgent':
      return judgeAskAgent(facts);
    case 'decline':
      return judgeDecline(facts, command.agent_id);
  }
}

/** Whoever sends an update by hand may send anything. */
function isKnown(command: OrderCommand): boolean {
  switch (command.kind) {
    case 'decide':
      return decisions.includes(command.status);
    case 'moveDelivery':
      return deliveryMoves.includes(command.status);
    case 'cancel':
    case 'askAgent':
    case 'decline':
      return true;
  }
}

/** The verdict once the order's course has ended: only what is so already succeeds. */
export function judgeEnded(facts: OrderFacts, command: OrderCommand): Verdict {
  const verdict = judge(facts, command);
  if (verdict.verdict !== 'allowed') return verdict;
  const codes = {
    decide: 'DECISION_NOT_ALLOWED',
    moveDelivery: 'ILLEGAL_TRANSITION',
    cancel: 'CANCEL_TOO_LATE',
    askAgent: 'ALREADY_ASSIGNED',
    decline: 'ILLEGAL_TRANSITION',
  } as const;
  return refused(codes[command.kind], 'The order has already ended.');
}

/** The state that a command leads to once it is carried out. */
export function after(facts: OrderFacts, command: OrderCommand): OrderFacts {
  switch (command.kind) {
    case 'decide':
      return afterDecision(facts, command);
    case 'moveDelivery':
      return command.status === 'CANCELLED' ? cancelled(facts) : { ...facts, delivery: command.status };
    case 'cancel':
      return cancelled(facts);
    case 'askAgent':
      return facts;
    case 'decline':
      return afterDecline(facts);
  }
}

/** Whether the command ends the order's course early, whatever it is doing at the moment. */
export const stops = (facts: OrderFacts, command: OrderCommand): boolean =>
  facts.status !== 'CANCELLED' && after(facts, command).status === 'CANCELLED';

function cancelled(facts: OrderFacts): OrderFacts {
  return {
    ...facts,
    status: 'CANCELLED',
    delivery: facts.delivery === null ? null : 'CANCELLED',
    ...(facts.parts && { parts: withAll(facts.parts, 'CANCELLED') }),
  };
}

const withAll = (parts: Readonly<Record<string, OrderStatus>>, status: OrderStatus): Record<string, OrderStatus> =>
  Object.fromEntries(Object.keys(parts).map((restaurant) => [restaurant, status]));

const pickedUp = ({ delivery }: OrderFacts): boolean => delivery === 'PICKED_UP' || delivery === 'DELIVERED';

/** One restaurant decides for its part, which may be further than the whole; without a restaurant the decision is for all. */
function judgeDecision(facts: OrderFacts, command: Decide): Verdict {
  const { restaurant_id: restaurant, status: to, reason } = command;
  if (restaurant && facts.parts?.[restaurant] === undefined)
    return refused('UNKNOWN_RESTAURANT', 'The order has no part of this restaurant.');
  const from = (restaurant && facts.parts?.[restaurant]) || facts.status;
  const what = restaurant ? "The restaurant's part of the order" : 'The order';
  if (to === from) return repeat;
  if (from === 'CANCELLED') return refused('DECISION_NOT_ALLOWED', `${what} is already CANCELLED.`);
  if (to === 'CONFIRMED' || from === 'PENDING') return allowed;
  if (pickedUp(facts))
    return refused('DECISION_NOT_ALLOWED', 'The order has been picked up and can no longer be cancelled.');
  if (!reason) return refused('DECISION_NOT_ALLOWED', 'A confirmed order is cancelled only with a reason.');
  return allowed;
}

/** A refusal by one restaurant cancels all, unless the customer wants the rest and there is any left. */
function afterDecision(facts: OrderFacts, { status, restaurant_id: restaurant }: Decide): OrderFacts {
  const { parts } = facts;
  if (status === 'CANCELLED' && !(restaurant && facts.keepRest)) return cancelled(facts);
  if (!parts) return { ...facts, status };
  const decided = restaurant ? { ...parts, [restaurant]: status } : confirmOpen(parts);
  const open = Object.values(decided).filter((part) => part !== 'CANCELLED');
  if (open.length === 0) return cancelled({ ...facts, parts: decided });
  return { ...facts, parts: decided, status: open.includes('PENDING') ? facts.status : 'CONFIRMED' };
}

const confirmOpen = (parts: Readonly<Record<string, OrderStatus>>): Record<string, OrderStatus> =>
  Object.fromEntries(
    Object.entries(parts).map(([restaurant, part]) => [restaurant, part === 'PENDING' ? 'CONFIRMED' : part]),
  );

const notPickedUp = refused('ILLEGAL_TRANSITION', 'The order has not been picked up yet.');

function judgeMove(facts: OrderFacts, to: Extract<OrderCommand, { kind: 'moveDelivery' }>['status']): Verdict {
  const from = facts.delivery;
  if (from === to) return repeat;
  if (facts.status === 'CANCELLED') {
    return to === 'CANCELLED' ? repeat : refused('ILLEGAL_TRANSITION', 'The order is CANCELLED.');
  }
  if (facts.status === 'PENDING')
    return refused('ILLEGAL_TRANSITION', 'The restaurant has not confirmed the order yet.');
  switch (from) {
    case null: // the match may be on its way
      return to === 'DELIVERED' && !facts.mayBePickedUp ? notPickedUp : allowed;
    case 'PENDING':
      return to === 'DELIVERED' ? notPickedUp : allowed;
    case 'PICKED_UP':
      return allowed;
    case 'DELIVERED':
    case 'CANCELLED':
      return refused('ILLEGAL_TRANSITION', `The delivery is already ${from}.`);
  }
}

function judgeCancel(facts: OrderFacts): Verdict {
  if (facts.status === 'CANCELLED') return repeat;
  if (pickedUp(facts))
    return refused('CANCEL_TOO_LATE', 'The order has been picked up and can no longer be cancelled.');
  return allowed;
}

function judgeAskAgent(facts: OrderFacts): Verdict {
  if (facts.delivery !== null) return refused('ALREADY_ASSIGNED', 'An agent is already assigned to the order.');
  if (facts.status === 'CONFIRMED') return allowed;
  return refused('NOT_CONFIRMED', `Only a confirmed order gets an agent; this one is ${facts.status}.`);
}

/** Without an agent's id it is whoever has the job that hands it back. */
function judgeDecline(facts: OrderFacts, by: string | null | undefined): Verdict {
  const { status, delivery, agentId, declinedBy = [] } = facts;
  if (by && declinedBy.includes(by)) return repeat;
  if (status === 'CANCELLED') return refused('ILLEGAL_TRANSITION', 'The order is CANCELLED.');
  if (delivery === null) return refused('NO_AGENT_YET', 'No agent is assigned to the order yet.');
  if (delivery !== 'PENDING') return refused('ILLEGAL_TRANSITION', `The delivery is already ${delivery}.`);
  if (by && agentId && by !== agentId) return refused('ILLEGAL_TRANSITION', 'Another agent has the job.');
  return allowed;
}

function afterDecline(facts: OrderFacts): OrderFacts {
  const { agentId, declinedBy = [] } = facts;
  return { ...facts, delivery: null, agentId: null, declinedBy: agentId ? [...declinedBy, agentId] : declinedBy };
}
