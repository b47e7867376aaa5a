import type { Scenario } from '../demo';

/** The restaurant refuses with a reason: the order is cancelled everywhere, and no courier is involved. */
export const refusal: Scenario = {
  title: 'The restaurant refuses an order',
  async run({ people, show }) {
    const reason = 'out of paneer';
    const kitchen = await people.restaurantJoins();
    await people.courierJoins('Asha');
    const order = await people.customerOrders(kitchen);
    await people.restaurantRefuses(order, reason);
    await people.customerSees(order, 'The customer reads why', { status: 'CANCELLED', reason, delivery: null });
    await people.noAgentIsAssigned(order);

    await show.timeline(order, 'cancelled');
    await show.rows(order, { status: 'CANCELLED', without: ['userRating', 'DeliveryAssignment', 'DilveryAgent'] });
    await show.workflows([order.workflowId, 'COMPLETED']);
  },
};
