import { orderWorkflowId, queues } from '../../../contracts/names';
import type { Demo } from '../demo';
import { heading, print, printTable } from '../screen';
import { scenarios } from './names';

/** The restaurant service is down: an order is accepted, its placement is retried, and it continues once the service is back. */
export async function serviceDown({ people, operator, show }: Demo): Promise<void> {
  const parts = ['api-restaurant', 'worker-restaurant'];
  const kitchen = await people.restaurantJoins();
  await people.courierJoins('Asha');

  heading('The restaurant service goes down');
  const { ATTEMPT_MS } = scenarios['service-down'].environment;
  print(`  ATTEMPT_MS=${ATTEMPT_MS} here; by default an attempt takes up to 10 s.`);
  for (const part of parts) await operator.operates('stop', part);
  await people.customerBrowses(503);
  const order = await people.customerOrders(kitchen, 202);
  await people.customerSees(order, 'Its page says what is missing', {
    status: 'PENDING',
    unavailable: ['restaurants'],
  });
  await operator.seesRequestWait(queues.placeOrder);
  await operator.seesAttempt(order, 2);

  heading('The restaurant service comes back');
  await Promise.all(parts.map((part) => operator.operates('start', part)));
  await people.customerSees(order, 'The order has continued', { status: 'PENDING', total: 33 });
  await people.restaurantConfirms(order);
  const agent = await people.agentIsAssigned(order);
  await people.agentPicksUp(order, agent);
  await people.agentDelivers(order, agent);

  await show.timeline(order, 'delivered');
  await show.rows(order, { without: ['userRating'] });
  const activities = await show.workflows([orderWorkflowId(order.orderId), 'COMPLETED']);
  heading('The regular activities', 'retried until the service was back');
  printTable(
    ['activity', 'attempts', 'last failure'],
    activities.map(({ activity, attempts, failure }) => [activity, attempts, failure]),
  );
  if (!activities.some(({ activity, attempts }) => activity === 'createOrder' && attempts > 1))
    throw new Error('the placement was not retried');
}
