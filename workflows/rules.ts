/**
 * The lifecycle rules of an order (contract, section 3), pure. The workflow judges incoming commands by them; the APIs use the same ones
 * when the workflow is closed and only the database row is left.
 */
import type { CommandOf, CommandOutcome, OrderCommand, RefusalCode } from '../contracts/workflow';
import {
  decisions,
  deliveryMoves,
  deliveryTransitions,
  orderTransitions,
  type DeliveryMove,
  type DeliveryStatus,
  type OrderStatus,
} from '../contracts/states';

/** The facts that the rules depend on. */
export interface OrderFacts {
  status: OrderStatus;
  /** Null until an agent is assigned. */
  delivery: DeliveryStatus | null;
  /** The delivery may be further along: the delivery side has not yet said where an adopted order stands. */
  deliveryUncertain?: boolean;
  agentId?: string | null;
  /** Agents who have handed the job back. They are not assigned again. */
  declinedBy?: readonly string[];
  /** The status of each restaurant's part, by restaurant id. Absent: only decisions on the whole order are possible. */
  parts?: Readonly<Record<string, OrderStatus>>;
  /** When one restaurant refuses, the customer wants the rest of the order. */
  keepRest?: boolean;
}

export type Verdict =
  | { verdict: 'allowed' }
  /** Already in that state: a success that changes nothing. */
  | { verdict: 'repeat' }
  | { verdict: 'refused'; code: RefusalCode; message: string };

type Parts = Readonly<Record<string, OrderStatus>>;

const allowed: Verdict = { verdict: 'allowed' };
const repeat: Verdict = { verdict: 'repeat' };
const refused = (code: RefusalCode, message: string): Verdict => ({ verdict: 'refused', code, message });

export const refusal = (code: RefusalCode, message: string): CommandOutcome => ({ outcome: 'refused', code, message });

/** The answer to a command that ends with its verdict. */
export const outcomeOf = (verdict: Verdict): CommandOutcome =>
  verdict.verdict === 'refused' ? refusal(verdict.code, verdict.message) : { outcome: 'done' };

/** Whether an order in this state accepts the command. */
export function judge(facts: OrderFacts, command: OrderCommand): Verdict {
  if (!isKnown(command)) return refused('MALFORMED', 'Unknown command.');
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

/** An update sent by hand may carry any status. */
const isKnown = (command: OrderCommand): boolean =>
  (command.kind !== 'decide' || decisions.includes(command.status)) &&
  (command.kind !== 'moveDelivery' || deliveryMoves.includes(command.status));

/** The verdict once the order has ended: only repeats succeed. */
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

/** The state after the command has been carried out. */
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

/** Whether the command ends the order early, whatever step is in progress. */
export const stops = (facts: OrderFacts, command: OrderCommand): boolean =>
  facts.status !== 'CANCELLED' && after(facts, command).status === 'CANCELLED';

const cancelled = (facts: OrderFacts): OrderFacts => ({
  ...facts,
  status: 'CANCELLED',
  delivery: facts.delivery === null ? null : 'CANCELLED',
  ...(facts.parts && { parts: mapParts(facts.parts, () => 'CANCELLED') }),
});

const mapParts = (parts: Parts, change: (status: OrderStatus) => OrderStatus): Parts =>
  Object.fromEntries(Object.entries(parts).map(([restaurant, status]) => [restaurant, change(status)]));

const isPickedUp = ({ delivery }: OrderFacts): boolean => delivery === 'PICKED_UP' || delivery === 'DELIVERED';
const pickedUpMessage = 'The order has already been picked up; it can no longer be cancelled.';

/** A restaurant decides on its part, whose status may be ahead of the order's; without a restaurant the decision is on the whole order. */
function judgeDecision(facts: OrderFacts, command: CommandOf<'decide'>): Verdict {
  const { restaurant_id: restaurant, status: to, reason } = command;
  if (restaurant && facts.parts?.[restaurant] === undefined)
    return refused('UNKNOWN_RESTAURANT', 'The order has no part of this restaurant.');
  const from = (restaurant && facts.parts?.[restaurant]) || facts.status;
  if (to === from) return repeat;
  if (!orderTransitions[to].includes(from)) {
    const subject = restaurant ? "The restaurant's part of the order" : 'The order';
    return refused('DECISION_NOT_ALLOWED', `${subject} is already ${from}.`);
  }
  if (from === 'PENDING') return allowed;
  if (isPickedUp(facts)) return refused('DECISION_NOT_ALLOWED', pickedUpMessage);
  if (!reason) return refused('DECISION_NOT_ALLOWED', 'Cancelling a confirmed order requires a reason.');
  return allowed;
}

/** A refusal by one restaurant cancels the order, unless the customer wants the rest and there is any left. */
function afterDecision(facts: OrderFacts, { status, restaurant_id: restaurant }: CommandOf<'decide'>): OrderFacts {
  const { parts } = facts;
  if (status === 'CANCELLED' && !(restaurant && facts.keepRest)) return cancelled(facts);
  if (!parts) return { ...facts, status };
  const decided = restaurant
    ? { ...parts, [restaurant]: status }
    : mapParts(parts, (part) => (part === 'PENDING' ? 'CONFIRMED' : part));
  const remaining = Object.values(decided).filter((part) => part !== 'CANCELLED');
  if (remaining.length === 0) return cancelled({ ...facts, parts: decided });
  return { ...facts, parts: decided, status: remaining.includes('PENDING') ? facts.status : 'CONFIRMED' };
}

function judgeMove(facts: OrderFacts, to: DeliveryMove): Verdict {
  if (facts.delivery === to) return repeat;
  if (facts.status === 'CANCELLED')
    return to === 'CANCELLED' ? repeat : refused('ILLEGAL_TRANSITION', 'The order is CANCELLED.');
  if (facts.status === 'PENDING')
    return refused('ILLEGAL_TRANSITION', 'The restaurant has not confirmed the order yet.');
  if (facts.delivery === null && facts.deliveryUncertain) return allowed;
  const from = facts.delivery ?? 'PENDING'; // an agent may have been found, and the order not know it yet
  if (deliveryTransitions[to].includes(from)) return allowed;
  if (from === 'PENDING') return refused('ILLEGAL_TRANSITION', 'The order has not been picked up yet.');
  return refused('ILLEGAL_TRANSITION', `The delivery is already ${from}.`);
}

function judgeCancel(facts: OrderFacts): Verdict {
  if (facts.status === 'CANCELLED') return repeat;
  return isPickedUp(facts) ? refused('CANCEL_TOO_LATE', pickedUpMessage) : allowed;
}

function judgeAskAgent(facts: OrderFacts): Verdict {
  if (facts.delivery !== null) return refused('ALREADY_ASSIGNED', 'An agent is already assigned to the order.');
  if (facts.status === 'CONFIRMED') return allowed;
  return refused('NOT_CONFIRMED', `Only a confirmed order gets an agent; this one is ${facts.status}.`);
}

/** Without an agent id the assigned agent hands the job back. */
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
