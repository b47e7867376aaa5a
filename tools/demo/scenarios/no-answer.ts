import { orderWorkflowId } from '../../../contracts/names';
import type { Demo } from '../demo';
import { print } from '../screen';
import { scenarios } from './names';

/** The restaurant does not decide in time: the order is cancelled automatically, and a later confirmation is refused. */
export async function noAnswer({ people, show }: Demo): Promise<void> {
  const { DECISION_LIMIT_MS } = scenarios['no-answer'].environment;
  print(`  DECISION_LIMIT_MS=${DECISION_LIMIT_MS} here; by default a restaurant has 15 minutes.`);
  const kitchen = await people.restaurantJoins();
  const order = await people.customerOrders(kitchen);
  await people.customerSees(order, 'It waits for the restaurant', { status: 'PENDING', reason: null });
  const reason = 'the restaurant did not decide in time';
  await people.customerSees(order, 'It is cancelled on timeout', { status: 'CANCELLED', reason });
  await people.restaurantConfirms(order, 'A confirmation comes too late', 400);
  await people.noAgentIsAssigned(order);

  await show.timeline(order, 'cancelled');
  await show.rows(order, { status: 'CANCELLED', without: ['userRating', 'DeliveryAssignment', 'DilveryAgent'] });
  await show.workflows([orderWorkflowId(order.orderId), 'COMPLETED']);
}
