/** Every request that a client may make, by subject, and the usual bodies. Paths, bodies and answers: contract, section 2. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type * as common from '../../contracts/answers/common';
import type * as deliveryAnswers from '../../contracts/answers/deliveries';
import type * as orderAnswers from '../../contracts/answers/orders';
import type * as restaurantAnswers from '../../contracts/answers/restaurants';
import type { addAgentBody, declineBody, moveDeliveryBody } from '../../contracts/delivery';
import type { decisionBody, placeOrderBody, rateOrderBody } from '../../contracts/orders';
import type { addRestaurantBody, changeRestaurantBody } from '../../contracts/restaurants';
import type { DeliveryMove, DeliveryStatus, OrderStatus } from '../../contracts/states';
import type { Send } from './send';

export type NewRestaurant = z.input<typeof addRestaurantBody>;
export type NewOrder = z.input<typeof placeOrderBody>;
export type NewAgent = z.input<typeof addAgentBody>;
export type DecisionBody = z.input<typeof decisionBody>;
export type Placement = z.infer<typeof orderAnswers.placement>;
export type AddedRestaurant = z.infer<typeof restaurantAnswers.restaurantAdded>['data'];
export type Job = z.infer<typeof deliveryAnswers.deliveryFound>['data'];

/** Open around the clock. */
/** Names are unique: the given one gets random characters behind it, so that a tool can add its restaurants again. */
export const newRestaurant = (name: string, menu: NewRestaurant['menu']): NewRestaurant => ({
  name: `${name} ${randomUUID().slice(0, 8)}`,
  opening_time: '00:00',
  closing_time: '23:59',
  menu,
});

export const newAgent = (name: string): NewAgent => ({ name, userName: `${name}-${randomUUID()}`, gender: 'FEMALE' });

/** One of the first item, two of the second, and so on. */
export const newOrder = (userId: string, restaurantId: string, menuItemIds: string[]): NewOrder => {
  const items = menuItemIds.map((menu_item_id, index) => ({ menu_item_id, quantity: index + 1 }));
  return { user_id: userId, restaurants: [{ restaurant_id: restaurantId, items }] };
};

interface Page {
  limit?: number;
  cursor?: string;
}

const restaurantRequests = (send: Send) => ({
  addRestaurant: (body: NewRestaurant) =>
    send<z.infer<typeof restaurantAnswers.restaurantAdded>>('restaurant', 'POST', '/restaurants', { body }),

  changeRestaurant: (id: string, body: z.input<typeof changeRestaurantBody>) =>
    send<z.infer<typeof restaurantAnswers.restaurantChanged>>('restaurant', 'PATCH', `/restaurants/${id}`, { body }),

  restaurant: (id: string) =>
    send<z.infer<typeof restaurantAnswers.restaurantFound>>('restaurant', 'GET', `/restaurants/${id}`),

  /** As customers see them, at the user service; of this hour (UTC), or now. */
  openRestaurants: (hour?: number) =>
    send<z.infer<typeof restaurantAnswers.openRestaurants>>('user', 'GET', `/restaurants${query({ hour })}`),
});

const orderRequests = (send: Send) => ({
  /** With a key the request may be repeated: it places one order. */
  placeOrder: (body: NewOrder, { key, at = 'user' }: { key?: string; at?: 'user' | 'restaurant' } = {}) =>
    send<Placement, Placement>(at, 'POST', '/orders', {
      body,
      ...(key !== undefined && { headers: { 'Idempotency-Key': key } }),
    }),

  order: (orderId: string) => send<orderAnswers.OrderPage>('user', 'GET', `/orders/${orderId}`),

  ordersOf: (userId: string, page: Page = {}) =>
    send<z.infer<typeof orderAnswers.orderHistory>>('user', 'GET', `/users/${userId}/orders${query({ ...page })}`),

  cancelOrder: (orderId: string, body?: { reason?: string | null }) =>
    send<z.infer<typeof orderAnswers.orderCancelled>>('user', 'POST', `/orders/${orderId}/cancel`, { body }),

  /** The repeat of a rating that was stored is refused: DUPLICATE. */
  rateOrder: (body: z.input<typeof rateOrderBody>) =>
    send<z.infer<typeof orderAnswers.ratingStored>>('user', 'POST', '/ratings', { body }),

  /** As the restaurant side stores them. 404 when there is none. */
  orderGroups: (
    filter: Page & { order_id?: string; user_id?: string; restaurant_id?: string; status?: OrderStatus } = {},
  ) => send<z.infer<typeof orderAnswers.orderGroups>>('restaurant', 'GET', `/orders${query({ ...filter })}`),

  decide: (orderId: string, body: DecisionBody) =>
    send<z.infer<typeof orderAnswers.decided>>('restaurant', 'POST', `/orders/${orderId}/decision`, { body }),

  askForAgent: (orderId: string) =>
    send<z.infer<typeof orderAnswers.agentAsked>>('restaurant', 'POST', `/orders/${orderId}/agent`),
});

const deliveryRequests = (send: Send) => ({
  addAgent: (body: NewAgent) =>
    send<z.infer<typeof deliveryAnswers.agentAdded>>('delivery', 'POST', '/agents', { body }),

  agents: (assignments: 'open' | 'all' = 'open') =>
    send<deliveryAnswers.Agent[]>('delivery', 'GET', `/agents${query({ assignments })}`),

  /** 404 until an agent is assigned. */
  delivery: (orderId: string) =>
    send<z.infer<typeof deliveryAnswers.deliveryFound>>('delivery', 'GET', `/deliveries/${orderId}`),

  deliveries: (filter: Page & { agent_id?: string; status?: DeliveryStatus } = {}) =>
    send<z.infer<typeof deliveryAnswers.deliveries>>('delivery', 'GET', `/deliveries${query({ ...filter })}`),

  moveDelivery: (orderId: string, status: DeliveryMove) => {
    const body: z.input<typeof moveDeliveryBody> = { order_id: orderId, status };
    return send<z.infer<typeof common.done>>('delivery', 'PATCH', `/deliveries/${orderId}`, { body });
  },

  /** Hands the job back. Without an `agent_id` the repeat is the next agent's: not for repeating. */
  decline: (orderId: string, body?: z.input<typeof declineBody>) =>
    send<z.infer<typeof common.done>>('delivery', 'POST', `/deliveries/${orderId}/decline`, { body }),
});

export const createRequests = (send: Send) => ({
  ...restaurantRequests(send),
  ...orderRequests(send),
  ...deliveryRequests(send),
});

/** With its question mark; empty when nothing is set. */
function query(fields: Record<string, string | number | undefined>): string {
  const set = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) set.set(name, String(value));
  return set.size === 0 ? '' : `?${set.toString()}`;
}
