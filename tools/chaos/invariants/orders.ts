import type { AuditedTable, Change } from '../evidence/databases';
import type { Placement } from '../journal';
import { agreedStateOf, describeOrder, type Invariant, type Order, type Violation } from './case';

export const placements: Invariant = {
  title: 'an accepted placement is exactly one order, any other at most one; each has ended or waits for its courier',
  *check(given, orders) {
    for (const placement of given.placements) {
      const { outcome, planned } = placement;
      const found = orders.filter((order) => order.placement === placement);
      const ids = found.map(({ orderId }) => orderId);
      if (outcome.is === 'accepted' && !(ids.length === 1 && ids[0] === outcome.orderId))
        yield { orderId: outcome.orderId, what: `it was accepted, and became ${ids.join(', ') || 'nothing'}` };
      if (outcome.is === 'unknown' && ids.length > 1)
        yield { orderId: ids[0], what: `placement ${planned.number} was not answered, and became ${ids.join(', ')}` };
      if (outcome.is !== 'refused') continue;
      for (const { orderId, group, delivery } of found) {
        if (delivery?.agentId || group?.status === 'CONFIRMED')
          yield { orderId, what: `it was refused with ${outcome.status}, and continues` };
      }
    }
    for (const order of orders) {
      const { orderId, placement, run } = order;
      if (!placement) yield { orderId, what: 'no customer has placed it' };
      const hasEnded = run && run.status !== 'RUNNING';
      if (!hasEnded && agreedStateOf(order) !== 'on the way')
        yield { orderId, what: `it has neither ended nor a courier on the way: ${describeOrder(order)}` };
    }
  },
};

export const orderRows: Invariant = {
  title: 'an order is one group with a part for each restaurant and the items placed, at menu prices; totals are sums',
  *check({ evidence }, orders) {
    const cancelledWithGroup = findPartsCancelledWithGroup(evidence.changes);
    for (const order of orders) {
      const { orderId } = order;
      const groups = evidence.groups.filter((group) => group.orderId === orderId);
      if (groups.length > 1) yield { orderId, what: 'it has several groups' };
      for (const what of [...comparePlaced(order), ...checkPrices(order), ...checkTotals(order, cancelledWithGroup)])
        yield { orderId, what };
    }
  },
};

/** What an order leaves behind that was undone before it was stored. */
const isTombstone = ({ group, parts }: Order): boolean =>
  group?.status === 'CANCELLED' && group.total === null && parts.length === 0;

function* comparePlaced(order: Order): Iterable<string> {
  if (!order.group || !order.placement || isTombstone(order)) return;
  const [placed, stored] = [listItems(order.placement.body.restaurants), listItems(order.parts)];
  if (placed !== stored) yield `placed was ${placed}, stored is ${stored}`;
}

/** In a canonical order. */
function listItems(parts: Placement['body']['restaurants']): string {
  const listed = parts.map(({ restaurant_id, items }) => {
    const each = items.map(({ menu_item_id, quantity }) => `${quantity} x ${menu_item_id}`);
    return `${restaurant_id}: ${each.sort().join(', ')}`;
  });
  return listed.sort().join('; ');
}

function* checkPrices({ parts }: Order): Iterable<string> {
  for (const { restaurant_id, items, total } of parts) {
    let sum = 0;
    for (const { menu_item_id, price, menuPrice, quantity } of items) {
      if (price !== menuPrice) yield `${menu_item_id} costs ${price} cents, ${menuPrice} on the menu`;
      sum += price * quantity;
    }
    if (sum !== total) yield `the part of ${restaurant_id} costs ${total} cents, its items ${sum}`;
  }
}

/** The total leaves out parts that a restaurant refused, but not those cancelled with the whole order. */
function* checkTotals(order: Order, cancelledWithGroup: ReadonlySet<string | null>): Iterable<string> {
  const { group, parts, record } = order;
  if (!group || isTombstone(order)) return;
  let sum = 0;
  for (const { id, status, total } of parts) if (status !== 'CANCELLED' || cancelledWithGroup.has(id)) sum += total;
  if (group.total !== sum) yield `the total is ${group.total} cents, the sum of its parts ${sum}`;
  const recorded = record?.total ?? group.total;
  if (recorded !== group.total) yield `the customer's record says ${recorded} cents, the restaurant ${group.total}`;
}

/** Ids of the parts that were cancelled in the transaction that cancelled their group. */
function findPartsCancelledWithGroup(changes: Change[]): ReadonlySet<string | null> {
  const cancelled = changes.filter(
    ({ before, after }) => after?.status === 'CANCELLED' && before?.status !== after.status,
  );
  const groups = cancelled.filter(({ table }) => table === 'OrderGroup');
  const transactions = new Set(groups.map(({ transaction }) => transaction));
  const parts = cancelled.filter(({ table, transaction }) => table === 'Order' && transactions.has(transaction));
  return new Set(parts.map(({ after }) => after?.id ?? null));
}

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
