import { orderWorkflowId, ratingWorkflowId } from '../../../contracts/names';
import type { Addresses } from '../addresses';
import { printHistory } from '../history';
import { printMessages } from '../messages';
import { agentIsFound, courierDelivers, courierJoins, courierPicksUp } from '../people/courier';
import { customerBrowses, customerOrders, customerRates, customerSees } from '../people/customer';
import { restaurantConfirms, restaurantJoins } from '../people/restaurant';
import { printRows } from '../rows';
import { printTimeline } from '../timeline';

/** A whole order, as its customer, its restaurant and its courier see it. */
export async function delivered(addresses: Addresses): Promise<void> {
  const kitchen = await restaurantJoins(addresses);
  await courierJoins(addresses, 'Asha');
  await customerBrowses(addresses);
  const order = await customerOrders(addresses, kitchen);
  await customerSees(addresses, order, 'and looks at it', { status: 'PENDING', delivery: null });
  await restaurantConfirms(addresses, order);
  const agent = await agentIsFound(addresses, order);
  await courierPicksUp(addresses, order, agent);
  await courierDelivers(addresses, order, agent);
  const rating = { order: 5, agent: 4 };
  await customerRates(addresses, order, rating);

  await printTimeline(addresses, order, 'delivered');
  // The messages first: they wait until the rating has arrived, and the rows then show it.
  await printMessages(addresses, { kitchen, agent, rating });
  await printRows(addresses, order, {});
  await printHistory(addresses, [
    { workflowId: orderWorkflowId(order.orderId), status: 'COMPLETED' },
    { workflowId: ratingWorkflowId(order.orderId), status: 'COMPLETED' },
  ]);
}
