import { orderWorkflowId } from '../../../contracts/names';
import type { Addresses } from '../addresses';
import { printHistory } from '../history';
import { courierJoins, nobodyIsSent } from '../people/courier';
import { customerOrders, customerSees } from '../people/customer';
import { restaurantJoins, restaurantRefuses } from '../people/restaurant';
import { printRows } from '../rows';
import { printTimeline } from '../timeline';

/** The restaurant says no and why: the order is cancelled everywhere, and no courier ever hears of it. */
export async function refusal(addresses: Addresses): Promise<void> {
  const reason = 'out of paneer';
  const kitchen = await restaurantJoins(addresses);
  await courierJoins(addresses, 'Asha');
  const order = await customerOrders(addresses, kitchen);
  await restaurantRefuses(addresses, order, reason);
  await customerSees(addresses, order, 'The customer reads why', { status: 'CANCELLED', reason, delivery: null });
  await nobodyIsSent(addresses, order);

  await printTimeline(addresses, order, 'cancelled');
  await printRows(addresses, order, {
    status: 'CANCELLED',
    without: ['userRating', 'DeliveryAssignment', 'DilveryAgent'],
  });
  await printHistory(addresses, [{ workflowId: orderWorkflowId(order.orderId), status: 'COMPLETED' }]);
}
