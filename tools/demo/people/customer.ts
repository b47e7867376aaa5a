/** What a customer does and sees, each a request that is printed as a step. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Addresses } from '../addresses';
import type { Kitchen, PlacedOrder, Rating } from '../cast';
import { aCustomer } from '../../stack/access';
import { ask, askUntil } from '../http';

/** With a status when it is not the usual one. */
export async function customerBrowses({ USER_SERVICE_URL: base }: Addresses, status = 200): Promise<void> {
  const what = 'A customer looks who is open';
  await ask({ what, method: 'GET', base, path: '/restaurants', status, answer: z.unknown() });
}

const placed = z.object({ order_id: z.string(), status: z.literal('PENDING'), message: z.string().optional() });

/** A new customer has everything on the menu. With a status when it is not the usual one. */
export async function customerOrders(
  { USER_SERVICE_URL: base }: Addresses,
  { restaurantId, menuIds }: Kitchen,
  status = 201,
): Promise<PlacedOrder> {
  const userId = randomUUID();
  const items = menuIds.map((menu_item_id, at) => ({ menu_item_id, quantity: at + 1 }));
  const body = { user_id: userId, restaurants: [{ restaurant_id: restaurantId, items }] };
  const what = 'A customer places an order';
  const by = aCustomer(userId);
  const { order_id } = await ask({ what, by, method: 'POST', base, path: '/orders', body, status, answer: placed });
  return { orderId: order_id, userId, restaurantId };
}

const cancelled = z.object({ data: z.object({ status: z.literal('CANCELLED') }) });

export async function customerCancels(
  { USER_SERVICE_URL: base }: Addresses,
  { orderId, userId }: PlacedOrder,
  what: string,
): Promise<void> {
  const body = { reason: 'changed my mind' };
  const by = aCustomer(userId);
  await ask({ what, by, method: 'POST', base, path: `/orders/${orderId}/cancel`, body, answer: cancelled });
}

/** The food is on its way: 409. */
export async function customerCancelsTooLate(
  { USER_SERVICE_URL: base }: Addresses,
  { orderId, userId }: PlacedOrder,
): Promise<void> {
  const path = `/orders/${orderId}/cancel`;
  const by = aCustomer(userId);
  await ask({ what: 'A cancel comes too late', by, method: 'POST', base, path, status: 409, answer: z.unknown() });
}

/** What the demo reads on an order's page. */
const page = z
  .object({
    status: z.string(),
    reason: z.string().nullable(),
    delivery: z.object({ status: z.string() }).nullable(),
    agent: z.object({ name: z.string() }).nullable(),
    total: z.number().nullable(),
    unavailable: z.array(z.string()).default([]),
  })
  .transform((read) => ({ ...read, delivery: read.delivery?.status ?? null, agent: read.agent?.name ?? null }));
type Page = z.infer<typeof page>;

/** Waits until the order's page says what is expected. */
export async function customerSees(
  { USER_SERVICE_URL: base }: Addresses,
  { orderId, userId }: PlacedOrder,
  what: string,
  expected: Partial<Page>,
): Promise<void> {
  await askUntil(
    { what, by: aCustomer(userId), base, path: `/orders/${orderId}`, answer: page, tell: tellPage },
    (read) => isDeepStrictEqual({ ...read, ...expected }, read),
  );
}

function tellPage({ status, reason, delivery, agent, total, unavailable }: Page): string {
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

const history = z.object({
  data: z.object({ orders: z.array(z.object({ order_id: z.string(), delivered: z.boolean() })) }),
});

/** Waits until the customer's own record says that the order has come, then rates it. */
export async function customerRates(
  { USER_SERVICE_URL: base }: Addresses,
  { orderId, userId }: PlacedOrder,
  rating: Rating,
): Promise<void> {
  const by = aCustomer(userId);
  await askUntil(
    { what: "It is in the customer's history", by, base, path: `/users/${userId}/orders`, answer: history },
    ({ data }) => data.orders.some((each) => each.order_id === orderId && each.delivered),
  );
  const body = { user_id: userId, order_id: orderId, order_rating: rating.order, agent_rating: rating.agent };
  await ask({ what: 'The customer rates both', by, method: 'POST', base, path: '/ratings', body, answer: z.unknown() });
}
