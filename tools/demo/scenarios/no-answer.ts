import type { Scenario } from '../demo';

/** The restaurant does not decide in time: the order is cancelled automatically, and a later confirmation is refused. */
export const noAnswer: Scenario = {
  title: 'The restaurant does not answer',
  environment: { DECISION_LIMIT_MS: '3000' },
  usually: 'a restaurant has 15 minutes',
  async run({ people, show }) {
    const kitchen = await people.restaurantJoins();
    const order = await people.customerOrders(kitchen);
    await people.customerSees(order, 'It waits for the restaurant', { status: 'PENDING', reason: null });
    const reason = 'the restaurant did not decide in time';
    await people.customerSees(order, 'It is cancelled on timeout', { status: 'CANCELLED', reason });
    await people.restaurantConfirms(order, 'A confirmation comes too late', 400);
    await people.noAgentIsAssigned(order);

    await show.timeline(order, 'cancelled');
    await show.rows(order, { status: 'CANCELLED', without: ['userRating', 'DeliveryAssignment', 'DilveryAgent'] });
    await show.workflows([order.workflowId, 'COMPLETED']);
  },
};
