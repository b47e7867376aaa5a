import type { Group, Part } from '../evidence/evidence';
import type { Pledge } from '../journal';
import type { Case, Invariant, Offence } from './case';
import { customerOf, ordersOf, type Order } from './orders';

export const rows: Invariant = {
  number: 2,
  title:
    'an order is one group, a part for each restaurant, the items as placed at the menu’s prices; totals are the sums',
  offences(given: Case): Offence[] {
    const pledgeOf = new Map(given.pledges.map((pledge) => [pledge.planned.userId, pledge]));
    const cancelledTogether = partsCancelledWithTheWhole(given);
    return [
      ...repeated(given.evidence.groups.map(({ orderId }) => orderId)).map((orderId) => ({
        orderId,
        what: 'it has several groups',
      })),
      ...ordersOf(given.evidence).flatMap((order) => {
        const pledge = pledgeOf.get(customerOf(order) ?? '');
        const problems = [
          ...(pledge ? comparePlaced(order, pledge) : []),
          ...order.parts.flatMap(sumPart),
          ...sumGroup(order, cancelledTogether),
        ];
        return problems.map((what) => ({ orderId: order.orderId, what }));
      }),
    ];
  },
};

const repeated = (ids: string[]): string[] => [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];

/** The same restaurants and items, however they are ordered. A tombstone has neither. */
function comparePlaced({ group, parts }: Order, { restaurants }: Pledge): string[] {
  if (!group || isTombstone(group, parts)) return [];
  const placed = restaurants.map(({ restaurantId, items }) => ({ restaurantId, items }));
  const asked = listed(placed);
  const stored = listed(parts);
  return asked === stored ? [] : [`placed was ${asked}, stored is ${stored}`];
}

interface Portion {
  restaurantId: string;
  items: { menuItemId: string; quantity: number }[];
}

const listed = (portions: Portion[]): string =>
  portions
    .map(({ restaurantId, items }) => {
      const each = items.map(({ menuItemId, quantity }) => `${quantity} x ${menuItemId}`);
      return `${restaurantId}: ${each.sort().join(', ')}`;
    })
    .sort()
    .join('; ');

const isTombstone = ({ status, total }: Group, parts: Part[]): boolean =>
  status === 'CANCELLED' && total === null && parts.length === 0;

function sumPart({ restaurantId, items, total }: Part): string[] {
  const dear = items.filter(({ price, menuPrice }) => price !== menuPrice);
  const sum = items.reduce((cents, { price, quantity }) => cents + price * quantity, 0);
  return [
    ...dear.map(({ menuItemId, price, menuPrice }) => `${menuItemId} costs ${price} cents, ${menuPrice} by the menu`),
    ...(sum === total ? [] : [`the part of ${restaurantId} comes to ${total} cents, its items to ${sum}`]),
  ];
}

/** What a restaurant has refused before is not in the total; what was cancelled with the whole order is. */
function sumGroup({ group, parts, record }: Order, cancelledTogether: ReadonlySet<string>): string[] {
  if (!group || isTombstone(group, parts)) return [];
  const counted = parts.filter(({ id, status }) => status !== 'CANCELLED' || cancelledTogether.has(id));
  const sum = counted.reduce((cents, { total }) => cents + total, 0);
  const customers = record?.total ?? null;
  return [
    ...(group.total === sum ? [] : [`the total is ${group.total} cents, that of its parts ${sum}`]),
    ...(customers === null || customers === group.total
      ? []
      : [`the customer's record says ${customers} cents, the restaurant side ${group.total}`]),
  ];
}

/** Ids of parts that became CANCELLED in the transaction that cancelled their group. */
function partsCancelledWithTheWhole({ evidence }: Case): ReadonlySet<string> {
  const whole = new Set(
    evidence.changes.flatMap((change) =>
      change.entity === 'group' && change.after?.status === 'CANCELLED' && change.before?.status !== 'CANCELLED'
        ? [change.tx]
        : [],
    ),
  );
  return new Set(
    evidence.changes.flatMap((change) =>
      change.entity === 'part' && change.after?.status === 'CANCELLED' && whole.has(change.tx) ? [change.after.id] : [],
    ),
  );
}
