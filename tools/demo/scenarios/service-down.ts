import { orderWorkflowId, queues } from '../../../contracts/names';
import type { Addresses } from '../addresses';
import { printHistory } from '../history';
import { operate } from '../operator';
import { agentIsFound, courierDelivers, courierJoins, courierPicksUp } from '../people/courier';
import { customerBrowses, customerOrders, customerSees } from '../people/customer';
import { restaurantConfirms, restaurantJoins } from '../people/restaurant';
import { printRows } from '../rows';
import { heading, print, printTable } from '../screen';
import { printTimeline } from '../timeline';
import { scenarios } from './names';
import { attemptIsMade, requestWaits } from '../waiting';

/** The restaurant service is away: an order is taken all the same, is asked for again and again, and goes on by itself. */
export async function serviceDown(addresses: Addresses): Promise<void> {
  const parts = ['api-restaurant', 'worker-restaurant'];
  const kitchen = await restaurantJoins(addresses);
  await courierJoins(addresses, 'Asha');

  const { ATTEMPT_MS } = scenarios['service-down'].environment;
  heading('The restaurant service goes down');
  print(`  This system runs with ATTEMPT_MS=${ATTEMPT_MS}: an attempt ends after that, not after 10 s.`);
  for (const part of parts) await operate(addresses, 'stop', part);
  await customerBrowses(addresses, 503);
  const order = await customerOrders(addresses, kitchen, 202);
  await customerSees(addresses, order, 'Its page says what is missing', {
    status: 'PENDING',
    unavailable: ['restaurants'],
  });
  await requestWaits(addresses, queues.placeOrder);
  await attemptIsMade(addresses, order, 2);

  heading('The restaurant service comes back');
  await Promise.all(parts.map((part) => operate(addresses, 'start', part)));
  await customerSees(addresses, order, 'The order has gone on by itself', { status: 'PENDING', total: 33 });
  await restaurantConfirms(addresses, order);
  const agent = await agentIsFound(addresses, order);
  await courierPicksUp(addresses, order, agent);
  await courierDelivers(addresses, order, agent);

  await printTimeline(addresses, order, 'delivered');
  await printRows(addresses, order, { without: ['userRating'] });
  const durable = await printHistory(addresses, [{ workflowId: orderWorkflowId(order.orderId), status: 'COMPLETED' }]);
  heading('The durable activities', 'called again until the service was back');
  printTable(
    ['activity', 'attempts', 'last failure'],
    durable.map(({ activity, attempts, failure }) => [activity, attempts, failure]),
  );
  if (!durable.some(({ activity, attempts }) => activity === 'createOrder' && attempts > 1))
    throw new Error('the placement was not tried again');
}
