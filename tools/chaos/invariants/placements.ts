import type { Pledge } from '../journal';
import type { Case, Invariant, Offence } from './case';
import { customerOf, describe, ordersOf, standOf, type Order } from './orders';

export const placements: Invariant = {
  number: 1,
  title: 'a placement that was accepted is one order, any other one at most; each has ended or waits for its courier',
  offences(given: Case): Offence[] {
    const orders = ordersOf(given.evidence);
    const customers = new Set(given.pledges.map(({ planned }) => planned.userId));
    return [
      ...given.pledges.flatMap((pledge) => judgePlacement(pledge, ofCustomer(orders, pledge.planned.userId))),
      ...orders
        .filter((order) => !customers.has(customerOf(order) ?? ''))
        .map(({ orderId }) => ({ orderId, what: 'nobody has placed it' })),
      ...orders.filter(isStuck).map((order) => ({
        orderId: order.orderId,
        what: `it is under way, and nothing explains what for: ${describe(order)}`,
      })),
    ];
  },
};

const ofCustomer = (orders: Order[], userId: string): Order[] => orders.filter((order) => customerOf(order) === userId);

function judgePlacement({ placement, planned }: Pledge, found: Order[]): Offence[] {
  const ids = found.map(({ orderId }) => orderId);
  const [orderId] = ids;
  switch (placement.answered) {
    case 'accepted':
      if (ids.length === 1 && orderId === placement.orderId) return [];
      return [
        {
          orderId: placement.orderId,
          what: `it was accepted, and there are ${ids.length}: ${ids.join(', ') || 'none'}`,
        },
      ];
    case 'refused':
      return found
        .filter((order) => order.delivery?.agentId || order.group?.status === 'CONFIRMED')
        .map((order) => ({ orderId: order.orderId, what: `it was refused with ${placement.status} and goes on` }));
    case 'not at all':
      if (ids.length <= 1) return [];
      return [
        { ...(orderId && { orderId }), what: `order ${planned.number} was not answered, and is ${ids.join(', ')}` },
      ];
  }
}

/** Its workflow runs, or is missing, and no courier is on the way with it. */
const isStuck = (order: Order): boolean =>
  (!order.run || order.run.status === 'RUNNING') && standOf(order) !== 'on the way';
