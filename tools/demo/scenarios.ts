import { queues, ratingWorkflowId } from '../../contracts/names';
import type { Scenario } from './demo';
import { heading } from './screen';

const waiting = { status: 'CONFIRMED', delivery: null, agent: null } as const;

/** By their names on the command line. */
export const scenarios = {
  /** A whole order, as its customer, its restaurant and its courier see it. */
  delivered: {
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
  },

  /** The restaurant refuses with a reason: the order is cancelled everywhere, and no courier is involved. */
  refusal: {
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
  },

  /** The restaurant does not decide in time: the order is cancelled automatically, and a later confirmation is refused. */
  'no-answer': {
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
  },

  /** The only courier is busy: the second order waits and gets the next courier who joins; the third times out. */
  'no-courier': {
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
  },

  /** Three orders, each with its agent: cancelled in time, cancelled too late, cancelled by an operator. */
  cancel: {
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
  },

  /** The restaurant service is down: an order is accepted, its placement is retried, and it continues once the service is back. */
  'service-down': {
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
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;
