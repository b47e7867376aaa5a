import { queues } from '../../../contracts/names';
import type { Scenario } from '../demo';
import { heading } from '../screen';

/** The restaurant service is down: an order is accepted, its placement is retried, and it continues once the service is back. */
export const serviceDown: Scenario = {
  title: 'The restaurant service is down while an order is placed',
  environment: { ATTEMPT_MS: '2000' },
  usually: 'an attempt at a step may take 10 s',
  async run({ people, operator, show }) {
    const parts = ['api-restaurant', 'worker-restaurant'];
    const kitchen = await people.restaurantJoins();
    await people.courierJoins('Asha');

    heading('The restaurant service goes down');
    for (const part of parts) await operator.operates('stop', part);
    await people.customerBrowses(503);
    const order = await people.customerOrders(kitchen, 202);
    await people.customerSees(order, 'Its page says what is missing', {
      status: 'PENDING',
      unavailable: ['restaurants'],
    });
    await operator.seesRequestWait(queues.placeOrder);
    await operator.seesRetry(order, 'createOrder');

    heading('The restaurant service comes back');
    await Promise.all(parts.map((part) => operator.operates('start', part)));
    await people.customerSees(order, 'The order has continued', { status: 'PENDING', total: 33 });
    await people.restaurantConfirms(order);
    const agent = await people.agentIsAssigned(order);
    await people.agentPicksUp(order, agent);
    await people.agentDelivers(order, agent);

    await show.timeline(order, 'delivered');
    await show.rows(order, { without: ['userRating'] });
    await show.workflows([order.workflowId, 'COMPLETED']);
  },
};
