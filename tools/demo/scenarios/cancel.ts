import { orderWorkflowId } from '../../../contracts/names';
import type { Addresses } from '../addresses';
import type { Agent, Kitchen, PlacedOrder } from '../cast';
import { printHistory } from '../history';
import { operatorCancels } from '../operator';
import { agentIsFound, agentIsReleased, courierDelivers, courierJoins, courierPicksUp } from '../people/courier';
import { customerCancels, customerCancelsTooLate, customerOrders, customerSees } from '../people/customer';
import { restaurantConfirms, restaurantJoins } from '../people/restaurant';
import { printRows } from '../rows';
import { heading } from '../screen';
import { printTimeline } from '../timeline';

/** Three orders with an agent each: cancelled in time, cancelled too late, cancelled by an operator. */
export async function cancel(addresses: Addresses): Promise<void> {
  const kitchen = await restaurantJoins(addresses);
  await courierJoins(addresses, 'Asha');
  const nothingLeft = { status: 'CANCELLED', delivery: 'CANCELLED' };

  heading('The customer cancels before the pick-up');
  const inTime = await assignedOrder(addresses, kitchen);
  await customerCancels(addresses, inTime.order, 'The customer cancels it');
  await customerSees(addresses, inTime.order, 'Everything is undone', { ...nothingLeft, reason: 'changed my mind' });
  await agentIsReleased(addresses, inTime.order, inTime.agent);
  await customerCancels(addresses, inTime.order, 'A second cancel changes nothing');

  heading('The customer cancels after the pick-up');
  const tooLate = await assignedOrder(addresses, kitchen);
  await courierPicksUp(addresses, tooLate.order, tooLate.agent);
  await customerCancelsTooLate(addresses, tooLate.order);
  await courierDelivers(addresses, tooLate.order, tooLate.agent);
  await customerSees(addresses, tooLate.order, 'It is delivered', { status: 'CONFIRMED', delivery: 'DELIVERED' });

  heading('An operator cancels the workflow');
  const operated = await assignedOrder(addresses, kitchen);
  await operatorCancels(addresses, operated.order);
  const reason = 'cancelled by an operator';
  await customerSees(addresses, operated.order, 'Everything is undone', { ...nothingLeft, reason });
  await agentIsReleased(addresses, operated.order, operated.agent);

  await printTimeline(addresses, inTime.order, 'cancelled');
  await printTimeline(addresses, operated.order, 'cancelled');
  await printRows(addresses, inTime.order, { status: 'CANCELLED', without: ['userRating'] });
  await printHistory(addresses, [
    { workflowId: orderWorkflowId(inTime.order.orderId), status: 'COMPLETED' },
    { workflowId: orderWorkflowId(tooLate.order.orderId), status: 'COMPLETED' },
    { workflowId: orderWorkflowId(operated.order.orderId), status: 'CANCELLED' },
  ]);
}

async function assignedOrder(addresses: Addresses, kitchen: Kitchen): Promise<{ order: PlacedOrder; agent: Agent }> {
  const order = await customerOrders(addresses, kitchen);
  await restaurantConfirms(addresses, order);
  return { order, agent: await agentIsFound(addresses, order) };
}
