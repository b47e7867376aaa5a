import type { Scenario } from '../demo';
import { heading } from '../screen';

/** Three orders, each with its agent: cancelled in time, cancelled too late, cancelled by an operator. */
export const cancel: Scenario = {
  title: 'Orders are cancelled: in time, too late, by an operator',
  async run({ people, operator, show }) {
    const kitchen = await people.restaurantJoins();
    await people.courierJoins('Asha');
    const assignedOrder = async () => {
      const order = await people.customerOrders(kitchen);
      await people.restaurantConfirms(order);
      return [order, await people.agentIsAssigned(order)] as const;
    };
    const undone = { status: 'CANCELLED', delivery: 'CANCELLED' } as const;

    heading('The customer cancels before the pick-up');
    const [inTime, firstAgent] = await assignedOrder();
    await people.customerCancels(inTime, 'The customer cancels it');
    await people.customerSees(inTime, 'Everything is undone', { ...undone, reason: 'changed my mind' });
    await people.agentIsReleased(inTime, firstAgent);
    await people.customerCancels(inTime, 'A second cancel is a no-op');

    heading('The customer cancels after the pick-up');
    const [tooLate, secondAgent] = await assignedOrder();
    await people.agentPicksUp(tooLate, secondAgent);
    await people.customerCancels(tooLate, 'The cancel comes too late', 409);
    await people.agentDelivers(tooLate, secondAgent);
    await people.customerSees(tooLate, 'It is delivered', { status: 'CONFIRMED', delivery: 'DELIVERED' });

    heading('An operator cancels the workflow');
    const [operated, thirdAgent] = await assignedOrder();
    await operator.cancelsWorkflow(operated);
    await people.customerSees(operated, 'Everything is undone', { ...undone, reason: 'cancelled by an operator' });
    await people.agentIsReleased(operated, thirdAgent);

    await show.timeline(inTime, 'cancelled');
    await show.timeline(operated, 'cancelled');
    await show.rows(inTime, { status: 'CANCELLED', without: ['userRating'] });
    await show.workflows(
      [inTime.workflowId, 'COMPLETED'],
      [tooLate.workflowId, 'COMPLETED'],
      [operated.workflowId, 'CANCELLED'],
    );
  },
};
