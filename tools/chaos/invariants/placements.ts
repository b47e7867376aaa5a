import { agreedStateOf, describeOrder, type Invariant } from './case';

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
