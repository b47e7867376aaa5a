import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Addresses } from './addresses';
import { ask, askUntil } from './http';

/** The order that the demo has placed, and who took part in it. */
export interface WalkedOrder {
  orderId: string;
  restaurantId: string;
  agentId: string;
}

const nothing = z.unknown();
const added = z.object({ data: z.object({ restaurant_id: z.string(), menu_ids: z.array(z.string()).min(2) }) });
const browsed = z.object({ data: z.object({ count: z.number() }) });
const placed = z.object({ order_id: z.string() });
const delivery = z.object({ data: z.object({ status: z.string(), agent_id: z.string() }) });
const history = z.object({
  data: z.object({ orders: z.array(z.object({ order_id: z.string(), delivered: z.boolean() })) }),
});

export const orderRating = 5;
export const agentRating = 4;

/** A whole order, as its customer, its restaurant and its courier see it. */
export async function walkAnOrder(addresses: Addresses): Promise<WalkedOrder> {
  const { RESTAURANT_SERVICE_URL: restaurant, DELIVERY_SERVICE_URL: couriers } = addresses;
  const { restaurantId, menuIds } = await openForBusiness(restaurant, couriers);
  const { userId, orderId } = await order(addresses.USER_SERVICE_URL, restaurantId, menuIds);

  await ask({
    what: 'The restaurant confirms it',
    method: 'POST',
    base: restaurant,
    path: `/orders/${orderId}/decision`,
    body: { status: 'CONFIRMED' },
    answer: nothing,
  });
  const assigned = await askUntil(
    { what: 'An agent is found', base: couriers, path: `/deliveries/${orderId}`, answer: delivery },
    ({ data }) => data.status === 'PENDING',
  );
  for (const [status, what] of [
    ['PICKED_UP', 'The agent picks it up'],
    ['DELIVERED', 'The agent delivers it'],
  ] as const) {
    await ask({
      what,
      method: 'PATCH',
      base: couriers,
      path: `/deliveries/${orderId}`,
      body: { status },
      answer: nothing,
    });
  }
  await rate(addresses.USER_SERVICE_URL, userId, orderId);
  return { orderId, restaurantId, agentId: assigned.data.agent_id };
}

/** A restaurant that is open (nearly) around the clock, and somebody to carry its food. */
async function openForBusiness(restaurant: string, couriers: string) {
  const { data } = await ask({
    what: 'A restaurant joins',
    method: 'POST',
    base: restaurant,
    path: '/restaurants',
    body: {
      name: 'Spice Garden',
      opening_time: '00:00',
      closing_time: '23:59',
      menu: [
        { name: 'Paneer Tikka', price: 8.5, type: 'VEG' },
        { name: 'Lamb Curry', price: 12.25, type: 'NON_VEG' },
      ],
    },
    answer: added,
  });
  await ask({
    what: 'A delivery agent joins',
    method: 'POST',
    base: couriers,
    path: '/agents',
    body: { name: 'Asha', userName: `asha-${randomUUID().slice(0, 8)}`, gender: 'FEMALE' },
    answer: nothing,
  });
  return { restaurantId: data.restaurant_id, menuIds: data.menu_ids };
}

async function order(base: string, restaurantId: string, menuIds: string[]) {
  const userId = randomUUID();
  await ask({ what: 'A customer looks who is open', method: 'GET', base, path: '/restaurants', answer: browsed });
  const items = menuIds.map((menu_item_id, at) => ({ menu_item_id, quantity: at + 1 }));
  const { order_id: orderId } = await ask({
    what: 'and places an order',
    method: 'POST',
    base,
    path: '/orders',
    body: { user_id: userId, restaurants: [{ restaurant_id: restaurantId, items }] },
    answer: placed,
  });
  await ask({ what: 'and looks at it', method: 'GET', base, path: `/orders/${orderId}`, answer: nothing });
  return { userId, orderId };
}

async function rate(base: string, userId: string, orderId: string): Promise<void> {
  await askUntil(
    { what: "It is in the customer's history", base, path: `/users/${userId}/orders`, answer: history },
    ({ data }) => data.orders.some((each) => each.order_id === orderId && each.delivered),
  );
  await ask({
    what: 'The customer rates both',
    method: 'POST',
    base,
    path: '/ratings',
    body: { user_id: userId, order_id: orderId, order_rating: orderRating, agent_rating: agentRating },
    answer: nothing,
  });
}
