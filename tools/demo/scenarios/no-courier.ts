import { orderWorkflowId } from '../../../contracts/names';
import type { Addresses } from '../addresses';
import type { Kitchen, PlacedOrder } from '../cast';
import { printHistory } from '../history';
import { agentIsFound, courierJoins, courierPicksUpTooEarly, nobodyIsSent } from '../people/courier';
import { customerOrders, customerSees } from '../people/customer';
import { restaurantConfirms, restaurantJoins } from '../people/restaurant';
import { printRows } from '../rows';
import { heading, print } from '../screen';
import { printTimeline } from '../timeline';
import { scenarios } from './names';

/** The only courier is busy: the next order waits and gets whoever joins; the one after that waits in vain. */
export async function noCourier(addresses: Addresses): Promise<void> {
  const { COURIER_LIMIT_MS } = scenarios['no-courier'].environment;
  print(
    `  This system runs with COURIER_LIMIT_MS=${COURIER_LIMIT_MS}, not with the 15 minutes that a search may take.`,
  );
  const kitchen = await restaurantJoins(addresses);
  await courierJoins(addresses, 'Asha');
  const busy = await confirmedOrder(addresses, kitchen);
  await agentIsFound(addresses, busy);

  heading('A second order waits, and somebody comes');
  const lucky = await confirmedOrder(addresses, kitchen);
  await customerSees(addresses, lucky, 'It waits for an agent', waiting);
  await nobodyIsSent(addresses, lucky);
  await courierPicksUpTooEarly(addresses, lucky);
  await courierJoins(addresses, 'Meera');
  await customerSees(addresses, lucky, 'She gets it at once', { delivery: 'PENDING', agent: 'Meera' });

  heading('A third order waits, and nobody comes');
  const unlucky = await confirmedOrder(addresses, kitchen);
  await customerSees(addresses, unlucky, 'It waits for an agent', waiting);
  const reason = 'no agent was found in time';
  await customerSees(addresses, unlucky, 'The time is up', { status: 'CANCELLED', reason });

  await printTimeline(addresses, lucky, 'agent assigned');
  await printTimeline(addresses, unlucky, 'cancelled');
  await printRows(addresses, unlucky, { status: 'CANCELLED', without: ['userRating', 'DilveryAgent'] });
  await printHistory(addresses, [{ workflowId: orderWorkflowId(unlucky.orderId), status: 'COMPLETED' }]);
}

const waiting = { status: 'CONFIRMED', delivery: null, agent: null };

async function confirmedOrder(addresses: Addresses, kitchen: Kitchen): Promise<PlacedOrder> {
  const order = await customerOrders(addresses, kitchen);
  await restaurantConfirms(addresses, order);
  return order;
}
