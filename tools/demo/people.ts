/** What customers, restaurants and couriers do. Each request is printed as a step. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Agent } from '../../contracts/answers/deliveries';
import type { OrderPage } from '../../contracts/answers/orders';
import type { OrderEvent } from '../../contracts/events';
import { eventType, orderWorkflowId } from '../../contracts/names';
import { finalTypes } from '../../contracts/order-log';
import { acceptedBodyOf, bodyOf } from '../platform/answer';
import { eventLine } from '../platform/event-line';
import type { Platform } from '../platform/platform';
import { newAgent, newOrder, newRestaurant, type AddedRestaurant, type Job } from '../platform/requests';
import { aCourier, aCustomer, aRestaurant } from '../stack/access';
import { printHeard, step, stepUntil } from './screen';

export interface Order {
  orderId: string;
  workflowId: string;
  userId: string;
  restaurantId: string;
}

export const createPeople = (platform: Platform) => ({
  ...createRestaurants(platform),
  ...createCustomers(platform),
  ...createCouriers(platform),
});

const createRestaurants = (platform: Platform) => ({
  async restaurantJoins(): Promise<AddedRestaurant> {
    const restaurant = newRestaurant('Spice Garden', [
      { name: 'Paneer Tikka', price: 8.5, type: 'VEG' },
      { name: 'Lamb Curry', price: 12.25, type: 'NON_VEG' },
    ]);
    const added = platform.addRestaurant(restaurant);
    return bodyOf(await step('A restaurant joins', added)).data;
  },

  restaurantConfirms: ({ orderId, restaurantId }: Order, what = 'The restaurant confirms it', status?: number) =>
    step(what, platform.as(aRestaurant(restaurantId)).decide(orderId, { status: 'CONFIRMED' }), status),

  restaurantRefuses({ orderId, restaurantId }: Order, reason: string) {
    const refusal = { status: 'CANCELLED', reason } as const;
    return step('The restaurant refuses it', platform.as(aRestaurant(restaurantId)).decide(orderId, refusal));
  },
});

const createCustomers = (platform: Platform) => ({
  customerBrowses: (status?: number) => step('A customer browses', platform.as(null).openRestaurants(), status),

  /** A new customer orders everything on the menu. */
  async customerOrders(restaurant: AddedRestaurant, status?: number): Promise<Order> {
    const userId = randomUUID();
    const { restaurant_id: restaurantId, menu_ids: menuIds } = restaurant;
    const placed = platform.as(aCustomer(userId)).placeOrder(newOrder(userId, restaurantId, menuIds));
    const { order_id: orderId } = acceptedBodyOf(await step('A customer orders', placed, status));
    customerListens(platform, orderId, userId);
    return { orderId, workflowId: orderWorkflowId(orderId), userId, restaurantId };
  },

  customerCancels: ({ orderId, userId }: Order, what: string, status?: number) =>
    step(what, platform.as(aCustomer(userId)).cancelOrder(orderId, { reason: 'changed my mind' }), status),

  customerSees: ({ orderId, userId }: Order, what: string, expected: Partial<Summary>) =>
    stepUntil(
      what,
      () => platform.as(aCustomer(userId)).order(orderId),
      (page) => isDeepStrictEqual({ ...summaryOf(page), ...expected }, summaryOf(page)),
      describe,
    ),

  /** Waits until the customer's history shows the delivery, which allows the rating; then until both means include it. */
  async customerRates({ orderId, userId, restaurantId }: Order, { agent_id }: Job) {
    const customer = platform.as(aCustomer(userId));
    await stepUntil(
      'It is in the order history',
      () => customer.ordersOf(userId),
      ({ data }) => data.orders.some((order) => order.order_id === orderId && order.delivered),
    );
    const rating = { user_id: userId, order_id: orderId, order_rating: 5, agent_rating: 4 };
    await step('The customer rates both', customer.rateOrder(rating));
    await stepUntil(
      "The restaurant's mean follows",
      () => platform.restaurant(restaurantId),
      ({ data }) => data.rating === 5,
      ({ data }) => `mean rating ${data.rating}`,
    );
    const meanOf = (agents: Agent[]) => agents.find(({ id }) => id === agent_id)?.rating;
    await stepUntil(
      "The courier's mean follows",
      () => platform.agents(),
      (agents) => typeof meanOf(agents) === 'number',
      (agents) => `mean rating ${meanOf(agents)}`,
    );
  },
});

/** Until the order is over. */
function customerListens(platform: Platform, orderId: string, userId: string): void {
  const onEvent = (event: OrderEvent): void => {
    printHeard(eventLine(event, true));
    if (finalEvents.includes(event.type)) stream.close();
  };
  const stream = platform.as(aCustomer(userId)).listen('user', `/orders/${orderId}/events`, { onEvent });
}

const finalEvents: readonly string[] = finalTypes.map(eventType);

type Summary = ReturnType<typeof summaryOf>;

const summaryOf = ({ status, reason, delivery, agent, total, unavailable = [] }: OrderPage) => ({
  ...{ status, reason, total, unavailable },
  delivery: delivery?.status ?? null,
  agent: agent?.name ?? null,
});

function describe(page: OrderPage): string {
  const { status, reason, delivery, agent, total, unavailable } = summaryOf(page);
  const facts = [
    `order ${status}`,
    delivery && `delivery ${delivery}`,
    agent && `courier ${agent}`,
    total !== null && `total ${total.toFixed(2)}`,
    reason && `reason: ${reason}`,
    unavailable.length > 0 && `unavailable: ${unavailable.join(', ')}`,
  ];
  return facts.filter(Boolean).join(' · ');
}

const createCouriers = (platform: Platform) => ({
  courierJoins: (name: string) => step(`A courier joins: ${name}`, platform.addAgent(newAgent(name))),

  async agentIsAssigned({ orderId }: Order): Promise<Job> {
    const { data } = await stepUntil(
      'A courier is assigned',
      () => platform.delivery(orderId),
      (body) => body.data.status === 'PENDING',
      (body) => body.data.agent_name,
    );
    return data;
  },

  noAgentIsAssigned: ({ orderId }: Order) => step('No courier is assigned', platform.delivery(orderId), 404),

  agentPicksUp: ({ orderId }: Order, { agent_id }: Job) =>
    step('The courier picks it up', platform.as(aCourier(agent_id)).moveDelivery(orderId, 'PICKED_UP')),

  agentDelivers: ({ orderId }: Order, { agent_id }: Job) =>
    step('The courier delivers it', platform.as(aCourier(agent_id)).moveDelivery(orderId, 'DELIVERED')),

  pickUpIsTooEarly: ({ orderId }: Order) =>
    step('A pick-up comes too early', platform.moveDelivery(orderId, 'PICKED_UP'), 409),

  /** Waits until the order no longer holds the agent. In a shared system another order may hold them by then. */
  agentIsReleased({ orderId }: Order, { agent_id, agent_name }: Job) {
    const agentIn = (agents: Agent[]) => agents.find(({ id }) => id === agent_id);
    return stepUntil(
      'The courier is free again',
      () => platform.agents(),
      (agents) => agentIn(agents)?.assignments.every((open) => open.orderId !== orderId) ?? false,
      (agents) => `${agent_name}: ${agentIn(agents)?.agent_status}`,
    );
  },
});
