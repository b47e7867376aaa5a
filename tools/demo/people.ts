/** What customers, restaurants and couriers do. Each request is printed as a step. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { OrderPage } from '../../contracts/answers/orders';
import { orderWorkflowId } from '../../contracts/names';
import { acceptedBodyOf, bodyOf } from '../platform/answer';
import type { Platform } from '../platform/platform';
import { aCourier, aCustomer, aRestaurant } from '../stack/access';
import { step, stepUntil } from './steps';

export interface Kitchen {
  restaurantId: string;
  menuIds: string[];
}

export interface Order {
  orderId: string;
  workflowId: string;
  userId: string;
  restaurantId: string;
}

export interface Agent {
  agentId: string;
  name: string;
}

export interface Rating {
  order: number;
  agent: number;
}

export type People = ReturnType<typeof createPeople>;

export const createPeople = (platform: Platform) => ({
  ...restaurants(platform),
  ...customers(platform),
  ...couriers(platform),
});

const restaurants = (platform: Platform) => ({
  /** Open around the clock, but for its last minute. */
  async restaurantJoins(): Promise<Kitchen> {
    const body = {
      name: 'Spice Garden',
      opening_time: '00:00',
      closing_time: '23:59',
      menu: [
        { name: 'Paneer Tikka', price: 8.5, type: 'VEG' as const },
        { name: 'Lamb Curry', price: 12.25, type: 'NON_VEG' as const },
      ],
    };
    const { data } = bodyOf(await step('A restaurant joins', platform.addRestaurant(body)));
    return { restaurantId: data.restaurant_id, menuIds: data.menu_ids };
  },

  restaurantConfirms: ({ orderId, restaurantId }: Order, what = 'The restaurant confirms it', ...statuses: number[]) =>
    step(what, platform.as(aRestaurant(restaurantId)).decide(orderId, { status: 'CONFIRMED' }), ...statuses),

  restaurantRefuses({ orderId, restaurantId }: Order, reason: string) {
    const refusal = { status: 'CANCELLED', reason } as const;
    return step('The restaurant refuses it', platform.as(aRestaurant(restaurantId)).decide(orderId, refusal));
  },
});

const customers = (platform: Platform) => ({
  customerBrowses: (...statuses: number[]) =>
    step('A customer browses', platform.as(null).openRestaurants(), ...statuses),

  /** A new customer orders everything on the menu. */
  async customerOrders({ restaurantId, menuIds }: Kitchen, status = 201): Promise<Order> {
    const userId = randomUUID();
    const items = menuIds.map((menu_item_id, at) => ({ menu_item_id, quantity: at + 1 }));
    const body = { user_id: userId, restaurants: [{ restaurant_id: restaurantId, items }] };
    const answer = await step('A customer orders', platform.as(aCustomer(userId)).placeOrder(body), status);
    const { order_id: orderId } = acceptedBodyOf(answer);
    return { orderId, workflowId: orderWorkflowId(orderId), userId, restaurantId };
  },

  customerCancels: ({ orderId, userId }: Order, what: string, ...statuses: number[]) =>
    step(what, platform.as(aCustomer(userId)).cancelOrder(orderId, { reason: 'changed my mind' }), ...statuses),

  /** Waits until the order's page shows this. */
  customerSees: ({ orderId, userId }: Order, what: string, expected: Partial<Shown>) =>
    stepUntil(
      what,
      () => platform.as(aCustomer(userId)).order(orderId),
      (page) => isDeepStrictEqual({ ...shown(page), ...expected }, shown(page)),
      tellPage,
    ),

  /** Waits until the customer's history shows the delivery, then rates it. */
  async customerRates({ orderId, userId }: Order, rating: Rating) {
    const customer = platform.as(aCustomer(userId));
    const isDelivered = (order: { order_id: string; delivered: boolean }) =>
      order.order_id === orderId && order.delivered;
    const history = () => customer.ordersOf(userId);
    await stepUntil('It is in the order history', history, ({ data }) => data.orders.some(isDelivered));
    const body = { user_id: userId, order_id: orderId, order_rating: rating.order, agent_rating: rating.agent };
    await step('The customer rates both', customer.rateOrder(body));
  },
});

/** What the scenarios expect of an order's page. */
const shown = ({ status, reason, delivery, agent, total, unavailable = [] }: OrderPage) => ({
  ...{ status, reason, total, unavailable },
  delivery: delivery?.status ?? null,
  agent: agent?.name ?? null,
});
type Shown = ReturnType<typeof shown>;

function tellPage(page: OrderPage): string {
  const { status, reason, delivery, agent, total, unavailable } = shown(page);
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

const couriers = (platform: Platform) => ({
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
  agentIsReleased({ orderId }: Order, { agentId, name }: Agent) {
    return stepUntil(
      'The agent is free again',
      () => platform.agents('open'),
      (all) => all.find(({ id }) => id === agentId)?.assignments.every((open) => open.orderId !== orderId) ?? false,
      (all) => `${name}: ${all.find(({ id }) => id === agentId)?.agent_status}`,
    );
  },
});
