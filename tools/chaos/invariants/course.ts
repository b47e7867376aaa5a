import type { DeliveryStatus, OrderStatus } from '../../../contracts/states';
import type { Change, DeliveryState } from '../evidence/evidence';
import type { Case, Invariant, Offence } from './case';
import { describe, ordersOf, standOf } from './orders';

export const course: Invariant = {
  number: 4,
  title: 'every change obeys the state machine; customer, restaurant, delivery and workflow agree at the end',
  offences: (given: Case): Offence[] => [
    ...given.evidence.changes.flatMap((change) => judgeChange(change).map((what) => ({ ...orderOf(change), what }))),
    ...assignedUnconfirmed(given.evidence.changes),
    ...ordersOf(given.evidence)
      .filter((order) => order.run && order.run.status !== 'RUNNING' && !standOf(order))
      .map((order) => ({ orderId: order.orderId, what: `they do not agree: ${describe(order)}` })),
  ],
};

/** The contract's state machines, once more, apart from the rules that the system itself goes by. */
const orderGoes: Record<OrderStatus, OrderStatus[]> = {
  PENDING: ['CONFIRMED', 'CANCELLED'],
  CONFIRMED: ['CANCELLED'],
  CANCELLED: [],
};
const deliveryGoes: Record<DeliveryStatus, DeliveryStatus[]> = {
  PENDING: ['PICKED_UP', 'CANCELLED'],
  PICKED_UP: ['DELIVERED', 'CANCELLED'],
  DELIVERED: [],
  CANCELLED: [],
};

function judgeChange(change: Change): string[] {
  switch (change.entity) {
    case 'record':
      return [
        ...step('the customer’s record', change, orderGoes),
        ...(change.before?.delivered && !change.after?.delivered
          ? ['the customer’s record was delivered, and is not']
          : []),
      ];
    case 'group':
      return [...begin('the group', change, ['PENDING', 'CANCELLED']), ...step('the group', change, orderGoes)];
    case 'part':
      return [...begin('a part', change, ['PENDING']), ...step('a part', change, orderGoes)];
    case 'delivery':
      return [
        ...begin('the delivery', change, ['PENDING', 'CANCELLED']),
        ...step('the delivery', change, deliveryGoes),
        ...changeOfAgent(change),
      ];
    case 'agent':
      return begin('an agent', change, ['AVAILABLE']);
    case 'declined':
      return change.after ? [] : ['a note of who has handed it back was deleted'];
    case 'other':
      return change.deleted ? [`a row of ${change.what} was deleted`] : [];
  }
}

interface States<Status> {
  before?: { status: Status };
  after?: { status: Status };
}

const begin = <Status extends string>(what: string, { before, after }: States<Status>, with_: Status[]): string[] =>
  !before && after && !with_.includes(after.status) ? [`${what} began ${after.status}`] : [];

function step<Status extends string>(
  what: string,
  { before, after }: States<Status>,
  goes: Record<Status, Status[]>,
): string[] {
  if (!after) return [`${what} was deleted`];
  if (!before || before.status === after.status || goes[before.status].includes(after.status)) return [];
  return [`${what} went from ${before.status} to ${after.status}`];
}

/** Only while it waits for the pick-up does a job go from hand to hand. */
function changeOfAgent({ before, after }: { before?: DeliveryState; after?: DeliveryState }): string[] {
  if (!before || !after || before.agentId === after.agentId) return [];
  const isPending = before.status === 'PENDING' && after.status === 'PENDING';
  return isPending ? [] : [`the delivery changed hands while it was ${before.status}`];
}

/** Nobody looks for an agent before the restaurant has confirmed; the three databases share one clock. */
function assignedUnconfirmed(changes: Change[]): Offence[] {
  const confirmedAt = new Map<string, number>();
  for (const change of changes) {
    if (change.entity === 'group' && change.after?.status === 'CONFIRMED' && change.before?.status !== 'CONFIRMED')
      confirmedAt.set(change.after.orderId, change.at);
  }
  return changes.flatMap((change) => {
    if (change.entity !== 'delivery' || change.before || change.after?.status !== 'PENDING') return [];
    const { orderId } = change.after;
    const isConfirmed = (confirmedAt.get(orderId) ?? Infinity) <= change.at;
    return isConfirmed ? [] : [{ orderId, what: 'an agent was looked for before the restaurant had confirmed' }];
  });
}

function orderOf({ ...change }: Change): { orderId?: string } {
  const state = 'after' in change || 'before' in change ? (change.after ?? change.before) : undefined;
  return state && 'orderId' in state ? { orderId: state.orderId } : {};
}
