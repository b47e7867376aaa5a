/**
 * The rules of an order (contract, section 3), pure. The workflow judges each command by them, when it arrives and when its turn comes; the
 * APIs use the same ones when the workflow is closed and only a database row is left.
 */
import { deliveryTransitions, orderTransitions, type DeliveryMove } from '../../contracts/states';
import type { Author, CommandOf, CommandOutcome, OrderCommand, RefusalCode } from '../../contracts/workflow';
import type { OrderEvent } from './events';
import type { OrderFacts } from './state';

/** What a command leads to. No events: the order is already in that state, which is a success. */
export type Decided = { events: readonly OrderEvent[] } | Refused;

export interface Refused {
  refused: RefusalCode;
  message: string;
}

const events = (...all: OrderEvent[]): Decided => ({ events: all });
const repeat = events();
const refuse = (refused: RefusalCode, message: string): Refused => ({ refused, message });

/** The events of a command, as far as they are known before a participant has carried it out; or why the order refuses it. */
export function decide(order: OrderFacts, command: OrderCommand): Decided {
  const foreign = judgeAuthor(order, command);
  if (foreign) return foreign;
  switch (command.kind) {
    case 'decide':
      return decision(order, command);
    case 'moveDelivery':
      return move(order, command.status);
    case 'cancel':
      return cancel(order, command.reason ?? 'cancelled by the customer');
    case 'askAgent':
      return askAgent(order);
    case 'decline':
      return decline(order, command);
  }
}

/** As `decide`, for an order that has ended: only repeats succeed. */
export function decideEnded(order: OrderFacts, command: OrderCommand): Decided {
  const decided = decide(order, command);
  if (isRefused(decided) || decided.events.length === 0) return decided;
  return refuse(endedCodes[command.kind] ?? 'ILLEGAL_TRANSITION', 'The order has already ended.');
}

const endedCodes: Partial<Record<OrderCommand['kind'], RefusalCode>> = {
  decide: 'DECISION_NOT_ALLOWED',
  cancel: 'CANCEL_TOO_LATE',
  askAgent: 'ALREADY_ASSIGNED',
};

export const isRefused = (decided: Decided): decided is Refused => 'refused' in decided;
export const isRepeat = (decided: Decided): boolean => !isRefused(decided) && decided.events.length === 0;

/** Why the decided command ends the order early, whatever step is in progress. Undefined if it does not. */
export function stopReasonOf(decided: Decided): string | undefined {
  if (isRefused(decided)) return undefined;
  return decided.events.find((event) => event.type === 'stopped')?.reason;
}

/** The answer to a command that needed no participant. */
export const outcomeOf = (decided: Decided): CommandOutcome =>
  isRefused(decided) ? { outcome: 'refused', code: decided.refused, message: decided.message } : { outcome: 'done' };

/** The events of an early end; its compensations stand between them. */
const stop = (reason: string): Decided => events({ type: 'stopped', reason }, { type: 'cancelled' });

/** Someone else's order is refused as if it did not exist. A command without an author comes from an operator. */
function judgeAuthor(order: OrderFacts, { by, ...command }: OrderCommand): Refused | undefined {
  switch (by?.role) {
    case undefined:
      return undefined;
    case 'customer':
      return order.user_id === undefined || by.user_id === order.user_id ? undefined : notFound;
    case 'restaurant':
      return command.kind === 'decide' ? judgeRestaurant(order, by, command.restaurant_id) : undefined;
    case 'courier':
      return judgeCourier(order, by, command.kind === 'decline');
    default:
      return notFound; // another build's author
  }
}

const notFound = refuse('NOT_FOUND', 'Order not found');
const unknownRestaurant = refuse('UNKNOWN_RESTAURANT', 'The order has no part of this restaurant.');

/** A restaurant decides on its own part, and on the whole order only if all parts are its own. */
function judgeRestaurant(
  { parts }: OrderFacts,
  { restaurant_ids: own }: Author<'restaurant'>,
  restaurant: string | null | undefined,
): Refused | undefined {
  if (restaurant && !own.includes(restaurant)) return unknownRestaurant;
  if (restaurant || !parts || Object.keys(parts).every((part) => own.includes(part))) return undefined;
  return refuse('FORBIDDEN', 'Other restaurants have parts of this order. Name yours as restaurant_id.');
}

/**
 * The job is its agent's; one who has handed it back may only say so again. Before the pick-up the delivery side may have given the job to
 * another agent, and the order not know it yet: then the command makes it ask (`commands.ts`).
 */
function judgeCourier(
  { agent, declinedBy, delivery }: OrderFacts,
  { agent_id: courier }: Author<'courier'>,
  declines: boolean,
): Refused | undefined {
  if (declinedBy?.includes(courier)) return declines ? undefined : notFound;
  return delivery === null || delivery === 'PENDING' || agent?.agent_id === courier ? undefined : notFound;
}

const isPickedUp = ({ delivery }: OrderFacts): boolean => delivery === 'PICKED_UP' || delivery === 'DELIVERED';
const pickedUpMessage = 'The order has already been picked up; it can no longer be cancelled.';

/** A restaurant decides on its part, whose status may be ahead of the order's; without a restaurant the decision is on the whole order. */
function decision(order: OrderFacts, command: CommandOf<'decide'>): Decided {
  const { restaurant_id: restaurant, status: to, reason } = command;
  if (restaurant && order.parts?.[restaurant] === undefined) return unknownRestaurant;
  const from = (restaurant && order.parts?.[restaurant]) || order.status;
  if (to === from) return repeat;
  if (!orderTransitions[to].includes(from)) {
    const subject = restaurant ? "The restaurant's part of the order" : 'The order';
    return refuse('DECISION_NOT_ALLOWED', `${subject} is already ${from}.`);
  }
  if (from !== 'PENDING' && isPickedUp(order)) return refuse('DECISION_NOT_ALLOWED', pickedUpMessage);
  if (from !== 'PENDING' && !reason)
    return refuse('DECISION_NOT_ALLOWED', 'Cancelling a confirmed order requires a reason.');
  return acceptedDecision(order, command);
}

/** A refusal by one restaurant ends the order, unless the customer wants the rest and there is any left. */
function acceptedDecision(order: OrderFacts, { status, restaurant_id, reason }: CommandOf<'decide'>): Decided {
  const refusal = stop(reason ?? 'refused by the restaurant');
  if (!restaurant_id) return status === 'CONFIRMED' ? events({ type: 'confirmed' }) : refusal;
  if (status === 'CANCELLED' && !order.keepRest) return refusal;
  const others = Object.entries(order.parts ?? {}).flatMap(([id, part]) => (id === restaurant_id ? [] : [part]));
  if (status === 'CANCELLED' && others.every((part) => part === 'CANCELLED')) return refusal;
  const isComplete = order.status === 'PENDING' && !others.includes('PENDING');
  return events(
    { type: status === 'CONFIRMED' ? 'part-confirmed' : 'refused-in-part', restaurant_id, reason },
    ...(isComplete ? [{ type: 'confirmed' } as const] : []),
  );
}

function move(order: OrderFacts, to: DeliveryMove): Decided {
  if (order.delivery === to) return repeat;
  if (order.status === 'CANCELLED')
    return to === 'CANCELLED' ? repeat : refuse('ILLEGAL_TRANSITION', 'The order is CANCELLED.');
  if (order.status === 'PENDING')
    return refuse('ILLEGAL_TRANSITION', 'The restaurant has not confirmed the order yet.');
  const from = order.delivery ?? 'PENDING'; // an agent may have been found, and the order not know it yet
  const isUncertain = order.delivery === null && order.deliveryUncertain === true;
  if (isUncertain || deliveryTransitions[to].includes(from)) return moves[to];
  if (from === 'PENDING') return refuse('ILLEGAL_TRANSITION', 'The order has not been picked up yet.');
  return refuse('ILLEGAL_TRANSITION', `The delivery is already ${from}.`);
}

const moves: Record<DeliveryMove, Decided> = {
  PICKED_UP: events({ type: 'picked-up' }),
  DELIVERED: events({ type: 'delivered' }),
  CANCELLED: stop('cancelled by the courier'),
};

function cancel(order: OrderFacts, reason: string): Decided {
  if (order.status === 'CANCELLED') return repeat;
  return isPickedUp(order) ? refuse('CANCEL_TOO_LATE', pickedUpMessage) : stop(reason);
}

function askAgent({ status, delivery }: OrderFacts): Decided {
  if (delivery !== null) return refuse('ALREADY_ASSIGNED', 'An agent is already assigned to the order.');
  if (status === 'CONFIRMED') return events({ type: 'agent-requested' });
  return refuse('NOT_CONFIRMED', `Only a confirmed order gets an agent; this one is ${status}.`);
}

/** Without an agent id the assigned agent hands the job back. */
function decline(order: OrderFacts, { agent_id, reason }: CommandOf<'decline'>): Decided {
  const { status, delivery, agent, declinedBy = [] } = order;
  if (agent_id && declinedBy.includes(agent_id)) return repeat;
  if (status === 'CANCELLED') return refuse('ILLEGAL_TRANSITION', 'The order is CANCELLED.');
  if (delivery === null) return refuse('NO_AGENT_YET', 'No agent is assigned to the order yet.');
  if (delivery !== 'PENDING') return refuse('ILLEGAL_TRANSITION', `The delivery is already ${delivery}.`);
  if (agent_id && agent && agent_id !== agent.agent_id)
    return refuse('ILLEGAL_TRANSITION', 'Another agent has the job.');
  return events({ type: 'handed-back', agent_id: agent?.agent_id ?? null, agent_name: agent?.agent_name, reason });
}
