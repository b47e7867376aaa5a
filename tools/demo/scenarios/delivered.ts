import { ratingWorkflowId } from '../../../contracts/names';
import type { Scenario } from '../demo';

/** A whole order, as its customer, its restaurant and its courier see it. */
export const delivered: Scenario = {
  title: 'One order, from the menu to the rating',
  async run({ people, show }) {
    const kitchen = await people.restaurantJoins();
    await people.courierJoins('Asha');
    await people.customerBrowses();
    const order = await people.customerOrders(kitchen);
    await people.customerSees(order, 'The customer sees it', { status: 'PENDING', delivery: null });
    await people.restaurantConfirms(order);
    const agent = await people.agentIsAssigned(order);
    await people.agentPicksUp(order, agent);
    await people.agentDelivers(order, agent);
    await people.customerRates(order, agent);

    await show.timeline(order, 'delivered');
    await show.queues();
    await show.rows(order, {});
    await show.workflows([order.workflowId, 'COMPLETED'], [ratingWorkflowId(order.orderId), 'COMPLETED']);
  },
};
