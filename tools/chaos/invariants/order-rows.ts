import type { Change } from '../evidence/databases';
import type { Placement } from '../journal';
import type { Invariant, Order } from './case';

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
