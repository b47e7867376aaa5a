import { orderWorkflowId } from '../../../contracts/names';
import type { Demo } from '../demo';
import type { Kitchen, Order } from '../people';
import { heading, print } from '../screen';
import { scenarios } from './names';

const waiting = { status: 'CONFIRMED', delivery: null, agent: null } as const;

/** The only courier is busy: the second order waits and gets the next courier who joins; the third times out. */
export async function noCourier({ people, show }: Demo): Promise<void> {
  const { COURIER_LIMIT_MS } = scenarios['no-courier'].environment;
  print(`  COURIER_LIMIT_MS=${COURIER_LIMIT_MS} here; by default a search may take 15 minutes.`);
  const confirmedOrder = async (kitchen: Kitchen): Promise<Order> => {
    const order = await people.customerOrders(kitchen);
    await people.restaurantConfirms(order);
    return order;
  };
  const kitchen = await people.restaurantJoins();
  await people.courierJoins('Asha');
  await people.agentIsAssigned(await confirmedOrder(kitchen));

  heading('A second order waits, and a courier joins');
  const second = await confirmedOrder(kitchen);
  await people.customerSees(second, 'It waits for an agent', waiting);
  await people.noAgentIsAssigned(second);
  await people.pickUpIsTooEarly(second);
  await people.courierJoins('Meera');
  await people.customerSees(second, 'She gets it at once', { delivery: 'PENDING', agent: 'Meera' });

  heading('A third order waits, and no courier joins');
  const third = await confirmedOrder(kitchen);
  await people.customerSees(third, 'It waits for an agent', waiting);
  const reason = 'no agent was found in time';
  await people.customerSees(third, 'It is cancelled on timeout', { status: 'CANCELLED', reason });

  await show.timeline(second, 'agent assigned');
  await show.timeline(third, 'cancelled');
  await show.rows(third, { status: 'CANCELLED', without: ['userRating', 'DilveryAgent'] });
  await show.workflows([orderWorkflowId(third.orderId), 'COMPLETED']);
}
