import { orderWorkflowId } from '../../../contracts/names';
import type { Addresses } from '../addresses';
import { printHistory } from '../history';
import { nobodyIsSent } from '../people/courier';
import { customerOrders, customerSees } from '../people/customer';
import { restaurantConfirmsTooLate, restaurantJoins } from '../people/restaurant';
import { printRows } from '../rows';
import { print } from '../screen';
import { printTimeline } from '../timeline';
import { scenarios } from './names';

/** The restaurant stays silent until its time is up: the order is cancelled by itself, and a yes after that is refused. */
export async function noAnswer(addresses: Addresses): Promise<void> {
  const { DECISION_LIMIT_MS } = scenarios['no-answer'].environment;
  print(
    `  This system runs with DECISION_LIMIT_MS=${DECISION_LIMIT_MS}, not with the 15 minutes that a restaurant has.`,
  );
  const kitchen = await restaurantJoins(addresses);
  const order = await customerOrders(addresses, kitchen);
  await customerSees(addresses, order, 'It waits for the restaurant', { status: 'PENDING', reason: null });
  const reason = 'the restaurant did not decide in time';
  await customerSees(addresses, order, 'The time is up', { status: 'CANCELLED', reason });
  await restaurantConfirmsTooLate(addresses, order);
  await nobodyIsSent(addresses, order);

  await printTimeline(addresses, order, 'cancelled');
  await printRows(addresses, order, {
    status: 'CANCELLED',
    without: ['userRating', 'DeliveryAssignment', 'DilveryAgent'],
  });
  await printHistory(addresses, [{ workflowId: orderWorkflowId(order.orderId), status: 'COMPLETED' }]);
}
