import type { Scenario } from '../demo';
import { heading } from '../screen';

const waiting = { status: 'CONFIRMED', delivery: null, agent: null } as const;

/** The only courier is busy: the second order waits and gets the next courier who joins; the third times out. */
export const noCourier: Scenario = {
  title: 'No courier is free',
  environment: { COURIER_LIMIT_MS: '5000' },
  usually: 'the search for a courier may take 15 minutes',
  async run({ people, show }) {
    const kitchen = await people.restaurantJoins();
    await people.courierJoins('Asha');
    const confirmedOrder = async () => {
      const order = await people.customerOrders(kitchen);
      await people.restaurantConfirms(order);
      return order;
    };
    await people.agentIsAssigned(await confirmedOrder());

    heading('A second order waits, and a courier joins');
    const second = await confirmedOrder();
    await people.customerSees(second, 'It waits for a courier', waiting);
    await people.noAgentIsAssigned(second);
    await people.pickUpIsTooEarly(second);
    await people.courierJoins('Meera');
    await people.customerSees(second, 'She gets it at once', { delivery: 'PENDING', agent: 'Meera' });

    heading('A third order waits, and no courier joins');
    const third = await confirmedOrder();
    await people.customerSees(third, 'It waits for a courier', waiting);
    const reason = 'no agent was found in time';
    await people.customerSees(third, 'It is cancelled on timeout', { status: 'CANCELLED', reason });

    await show.timeline(second, 'agent assigned');
    await show.timeline(third, 'cancelled');
    await show.rows(third, { status: 'CANCELLED', without: ['userRating', 'DilveryAgent'] });
    await show.workflows([third.workflowId, 'COMPLETED']);
  },
};
