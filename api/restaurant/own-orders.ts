import type { Caller } from '../../contracts/access';
import type { Database } from '../../prisma/restaurant/client';
import { restaurantsOf, type OrderFilter, type StoredGroup } from '../../prisma/restaurant/orders';
import { forbidden } from '../http/access';
import { notFound } from '../http/problems';

interface Asked {
  orderId?: string | undefined;
  userId?: string | undefined;
  restaurantId?: string | undefined;
  status?: OrderFilter['status'];
}

/** What is asked for, of what the caller may see: a customer's own orders, a restaurant's own. Undefined where that is nothing. */
export function own(caller: Caller, { restaurantId, ...asked }: Asked): OrderFilter | undefined {
  const named = restaurantId === undefined ? undefined : [restaurantId];
  switch (caller.role) {
    case 'customer':
      if (asked.userId !== undefined && asked.userId !== caller.sub) return undefined;
      return { ...asked, userId: caller.sub, restaurantIds: named };
    case 'restaurant':
      if (restaurantId !== undefined && !caller.restaurant_ids.includes(restaurantId)) return undefined;
      return { ...asked, restaurantIds: named ?? caller.restaurant_ids };
    case 'courier':
    case 'operator':
    case 'service':
      return { ...asked, restaurantIds: named };
  }
}

/** The order with the parts that the caller may see: a restaurant sees its own. */
export const seenBy = (caller: Caller, group: StoredGroup): StoredGroup =>
  caller.role === 'restaurant'
    ? { ...group, orders: group.orders.filter(({ restaurantId }) => caller.restaurant_ids.includes(restaurantId)) }
    : group;

/** Throws 404 when the order has no part of the caller's restaurants, as when there is none. Returns whether all parts are theirs. */
export async function requireOwnOrder(db: Database, caller: Caller, orderId: string): Promise<{ whole: boolean }> {
  if (caller.role !== 'restaurant') return { whole: true };
  const parts = await restaurantsOf(db, orderId);
  const mine = parts.filter((id) => caller.restaurant_ids.includes(id));
  if (mine.length === 0) throw notFound('Order not found');
  return { whole: mine.length === parts.length };
}

/** Throws 404 when the order, or the part that is named, is not the caller's; 403 when others have parts of it and none is named. */
export async function requireOwnPart(
  db: Database,
  caller: Caller,
  orderId: string,
  restaurantId: string | undefined,
): Promise<void> {
  const { whole } = await requireOwnOrder(db, caller, orderId);
  if (restaurantId === undefined && !whole)
    throw forbidden('Other restaurants have parts of this order. Decide on yours: name it as restaurant_id.');
  if (caller.role === 'restaurant' && restaurantId !== undefined && !caller.restaurant_ids.includes(restaurantId))
    throw notFound('The order has no part of this restaurant.');
}
