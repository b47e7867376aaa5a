/** What customers, restaurants and couriers do. Each request is printed as a step. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { OrderPage } from '../../contracts/answers/orders';
import { orderWorkflowId } from '../../contracts/names';
import { acceptedBodyOf, bodyOf } from '../platform/answer';
import type { Platform } from '../platform/platform';
import { aCourier, aCustomer, aRestaurant } from '../stack/access';
import { step, stepUntil } from './steps';

interface Kitchen {
  restaurantId: string;
  menuIds: string[];
}

export interface Order {
  orderId: string;
  workflowId: string;
  userId: string;
  restaurantId: string;
}

interface Agent {
  agentId: string;
  name: string;
}

export const createPeople = (platform: Platform) => ({
  ...createRestaurants(platform),
  ...createCustomers(platform),
  ...createCouriers(platform),
});

const createRestaurants = (platform: Platform) => ({
  async restaurantJoins(): Promise<Kitchen> {
    const added = platform.addRestaurant({
      name: 'Spice Garden',
      opening_time: '00:00',
      closing_time: '23:59',
      menu: [
        { name: 'Paneer Tikka', price: 8.5, type: 'VEG' },
        { name: 'Lamb Curry', price: 12.25, type: 'NON_VEG' },
      ],
    });
    const { restaurant_id: restaurantId, menu_ids: menuIds } = bodyOf(await step('A restaurant joins', added)).data;
    return { restaurantId, menuIds };
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
  async customerOrders({ restaurantId, menuIds }: Kitchen, status?: number): Promise<Order> {
    const userId = randomUUID();
    const items = menuIds.map((menu_item_id, at) => ({ menu_item_id, quantity: at + 1 }));
    const body = { user_id: userId, restaurants: [{ restaurant_id: restaurantId, items }] };
    const answer = await step('A customer orders', platform.as(aCustomer(userId)).placeOrder(body), status);
    const { order_id: orderId } = acceptedBodyOf(answer);
    return { orderId, workflowId: orderWorkflowId(orderId), userId, restaurantId };
  },

  customerCancels: ({ orderId, userId }: Order, what: string, status?: number) =>
    step(what, platform.as(aCustomer(userId)).cancelOrder(orderId, { reason: 'changed my mind' }), status),

  /** Waits until the order's page shows this. */
  customerSees: ({ orderId, userId }: Order, what: string, expected: Partial<Summary>) =>
    stepUntil(
      what,
      () => platform.as(aCustomer(userId)).order(orderId),
      (page) => isDeepStrictEqual({ ...summaryOf(page), ...expected }, summaryOf(page)),
      describe,
    ),

  /** Waits until the customer's history shows the delivery, which allows the rating; then until both means include it. */
  async customerRates({ orderId, userId, restaurantId }: Order, { agentId }: Agent) {
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
    const meanOf = (agents: { id: string; rating: number | null }[]) => agents.find(({ id }) => id === agentId)?.rating;
    await stepUntil(
      "The agent's mean follows",
      () => platform.agents(),
      (agents) => typeof meanOf(agents) === 'number',
      (agents) => `mean rating ${meanOf(agents)}`,
    );
  },
});

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
    agent && `agent ${agent}`,
    total !== null && `total ${total.toFixed(2)}`,
    reason && `reason: ${reason}`,
    unavailable.length > 0 && `unavailable: ${unavailable.join(', ')}`,
  ];
  return facts.filter(Boolean).join(' · ');
}

const createCouriers = (platform: Platform) => ({
  courierJoins(name: string) {
    const userName = `${name.toLowerCase()}-${randomUUID().slice(0, 8)}`;
    return step(`A courier joins: ${name}`, platform.addAgent({ name, userName, gender: 'FEMALE' }));
  },

  /** Waits until the order has an agent. */
  async agentIsAssigned({ orderId }: Order): Promise<Agent> {
    const { data } = await stepUntil(
      'An agent is assigned',
      () => platform.delivery(orderId),
      (body) => body.data.status === 'PENDING',
      (body) => body.data.agent_name,
    );
    return { agentId: data.agent_id, name: data.agent_name };
  },

  noAgentIsAssigned: ({ orderId }: Order) => step('No agent is assigned', platform.delivery(orderId), 404),

  agentPicksUp: ({ orderId }: Order, { agentId }: Agent) =>
    step('The agent picks it up', platform.as(aCourier(agentId)).moveDelivery(orderId, 'PICKED_UP')),

  agentDelivers: ({ orderId }: Order, { agentId }: Agent) =>
    step('The agent delivers it', platform.as(aCourier(agentId)).moveDelivery(orderId, 'DELIVERED')),

  /** The order has no agent yet. */
  pickUpIsTooEarly: ({ orderId }: Order) =>
    step('A pick-up comes too early', platform.moveDelivery(orderId, 'PICKED_UP'), 409),

  /** Waits until the order no longer holds the agent. In a shared system another order may hold her by then. */
  agentIsReleased: ({ orderId }: Order, { agentId, name }: Agent) =>
    stepUntil(
      'The agent is free again',
      () => platform.agents(),
      (all) => all.find(({ id }) => id === agentId)?.assignments.every((open) => open.orderId !== orderId) ?? false,
      (all) => `${name}: ${all.find(({ id }) => id === agentId)?.agent_status}`,
    ),
});
