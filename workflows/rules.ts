/**
 * The rules of an order's course (contract, section 3), pure. The workflow judges by them what it lets in;
 * the APIs judge by the same ones when the workflow is closed and only the database's row is left.
 */
import type { OrderCommand, RefusalCode } from '../contracts/workflow';
import type { DeliveryStatus, OrderStatus } from '../contracts/states';

/** What the rules look at. `delivery` is null until an agent is assigned. */
export interface OrderFacts {
  status: OrderStatus;
  delivery: DeliveryStatus | null;
}

export type Verdict =
  | { verdict: 'allowed' }
  /** It is so already: success, and nothing changes. */
  | { verdict: 'repeat' }
  | { verdict: 'refused'; code: RefusalCode; message: string };

const allowed: Verdict = { verdict: 'allowed' };
const repeat: Verdict = { verdict: 'repeat' };
const refused = (code: RefusalCode, message: string): Verdict => ({ verdict: 'refused', code, message });

/** Whether an order in this state takes the command. */
export function judge(facts: OrderFacts, command: OrderCommand): Verdict {
  switch (command.kind) {
    case 'decide':
      return judgeDecision(facts, command);
    case 'moveDelivery':
      return judgeMove(facts, command.status);
    case 'cancel':
      return judgeCancel(facts);
    case 'askAgent':
      return judgeAskAgent(facts);
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
  } as const;
  return refused(codes[command.kind], 'The order has already ended.');
}

/** The state that a command leads to once it is carried out. */
export function after(facts: OrderFacts, command: OrderCommand): OrderFacts {
  switch (command.kind) {
    case 'decide':
      return command.status === 'CONFIRMED' ? { ...facts, status: 'CONFIRMED' } : cancelled(facts);
    case 'moveDelivery':
      return command.status === 'CANCELLED' ? cancelled(facts) : { ...facts, delivery: command.status };
    case 'cancel':
      return cancelled(facts);
    case 'askAgent':
      return facts;
  }
}

/** Whether the command ends the order's course early, whatever it is doing at the moment. */
export function stops(command: OrderCommand): boolean {
  switch (command.kind) {
    case 'decide':
    case 'moveDelivery':
      return command.status === 'CANCELLED';
    case 'cancel':
      return true;
    case 'askAgent':
      return false;
  }
}

function cancelled(facts: OrderFacts): OrderFacts {
  return { status: 'CANCELLED', delivery: facts.delivery === null ? null : 'CANCELLED' };
}

const pickedUp = ({ delivery }: OrderFacts): boolean => delivery === 'PICKED_UP' || delivery === 'DELIVERED';

function judgeDecision(facts: OrderFacts, command: Extract<OrderCommand, { kind: 'decide' }>): Verdict {
  if (command.status === facts.status) return repeat;
  if (facts.status === 'CANCELLED') return refused('DECISION_NOT_ALLOWED', 'The order is already CANCELLED.');
  if (command.status === 'CONFIRMED' || facts.status === 'PENDING') return allowed;
  if (pickedUp(facts))
    return refused('DECISION_NOT_ALLOWED', 'The order has been picked up and can no longer be cancelled.');
  if (!command.reason) return refused('DECISION_NOT_ALLOWED', 'A confirmed order is cancelled only with a reason.');
  return allowed;
}

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
    case 'PENDING':
      return to === 'DELIVERED' ? refused('ILLEGAL_TRANSITION', 'The order has not been picked up yet.') : allowed;
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
