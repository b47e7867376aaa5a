import type { AuditedTable, Change } from '../evidence/databases';
import { agreedStateOf, describeOrder, type Invariant, type Violation } from './case';

export const stateMachine: Invariant = {
  title: 'every change obeys the state machine; customer, restaurant, delivery and workflow agree at the end',
  *check({ evidence }, orders) {
    for (const change of evidence.changes) {
      for (const what of checkChange(change)) yield { orderId: (change.after ?? change.before)?.orderId, what };
    }
    yield* findEarlyAssignments(evidence.changes);
    for (const order of orders) {
      const { orderId, run } = order;
      if (run && run.status !== 'RUNNING' && !agreedStateOf(order))
        yield { orderId, what: `the services disagree: ${describeOrder(order)}` };
    }
  },
};

type Transitions = Record<string, string[]>;
/** The contract's state machines a second time, so that a mistake in the system's own copy is found. */
const orderTransitions: Transitions = { PENDING: ['CONFIRMED', 'CANCELLED'], CONFIRMED: ['CANCELLED'] };
const deliveryTransitions: Transitions = { PENDING: ['PICKED_UP', 'CANCELLED'], PICKED_UP: ['DELIVERED', 'CANCELLED'] };
const agentTransitions: Transitions = { AVAILABLE: ['BUSY'], BUSY: ['AVAILABLE'] };

/** Of each table: what a row is, the statuses with which it may be inserted, and how its status may change. */
const rules: Record<AuditedTable, { row: string; initial?: string[]; transitions?: Transitions }> = {
  userOrder: { row: "the customer's record", transitions: orderTransitions },
  userRating: { row: 'the rating' },
  OrderGroup: { row: 'the group', initial: ['PENDING', 'CANCELLED'], transitions: orderTransitions },
  Order: { row: 'a part', initial: ['PENDING'], transitions: orderTransitions },
  OrderItem: { row: 'an item' },
  DeliveryAssignment: { row: 'the delivery', initial: ['PENDING', 'CANCELLED'], transitions: deliveryTransitions },
  DilveryAgent: { row: 'an agent', initial: ['AVAILABLE'], transitions: agentTransitions },
  DeclinedJob: { row: 'the record of a declined job' },
};

function* checkChange({ table, before, after }: Change): Iterable<string> {
  const { row, initial, transitions } = rules[table];
  const [from, to] = [String(before?.status), String(after?.status)];
  if (!after) yield `${row} was deleted`;
  else if (!before && initial && !initial.includes(to)) yield `${row} started as ${to}`;
  if (!before || !after) return;
  if (from !== to && !transitions?.[from]?.includes(to)) yield `${row} went from ${from} to ${to}`;
  if (before.delivered && !after.delivered) yield `${row} is no longer delivered`;
  if (before.agentId !== after.agentId && !(from === 'PENDING' && to === 'PENDING'))
    yield `${row} changed its agent while it was ${from}`;
}

/** The search for an agent starts after the restaurant has confirmed. */
function* findEarlyAssignments(changes: Change[]): Iterable<Violation> {
  const confirmedAt = new Map<string | null, number>();
  for (const { table, at, before, after } of changes) {
    if (table === 'OrderGroup' && after?.status === 'CONFIRMED' && before?.status !== 'CONFIRMED')
      confirmedAt.set(after.orderId, at);
  }
  for (const { table, at, before, after } of changes) {
    if (table !== 'DeliveryAssignment' || before || after?.status !== 'PENDING') continue;
    const { orderId } = after;
    if ((confirmedAt.get(orderId) ?? Infinity) > at)
      yield { orderId, what: 'the search for an agent started before the restaurant confirmed' };
  }
}
