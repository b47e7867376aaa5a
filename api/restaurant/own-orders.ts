import type { Caller } from '../../contracts/access';
import type { Database } from '../../prisma/restaurant/client';
import { restaurantsOf, type OrderFilter, type StoredGroup } from '../../prisma/restaurant/orders';
import { refuse, type Refusal } from '../http/refusals';

type Requested = Omit<OrderFilter, 'restaurantIds'> & { restaurantId?: string | undefined };

/** The requested orders that the caller may see: a customer's own, a restaurant's own. Undefined if that is none. */
export function own(caller: Caller, { restaurantId, ...requested }: Requested): OrderFilter | undefined {
  const named = restaurantId === undefined ? undefined : [restaurantId];
  switch (caller.role) {
    case 'customer':
      if (requested.userId !== undefined && requested.userId !== caller.sub) return undefined;
      return { ...requested, userId: caller.sub, restaurantIds: named };
    case 'restaurant':
      if (restaurantId !== undefined && !caller.restaurant_ids.includes(restaurantId)) return undefined;
      return { ...requested, restaurantIds: named ?? caller.restaurant_ids };
    case 'courier':
    case 'operator':
    case 'service':
      return { ...requested, restaurantIds: named };
  }
}

/** The order with the parts that the caller may see: a restaurant sees only its own. */
export const seenBy = (caller: Caller, group: StoredGroup): StoredGroup =>
  caller.role === 'restaurant'
    ? { ...group, orders: group.orders.filter(({ restaurantId }) => caller.restaurant_ids.includes(restaurantId)) }
    : group;

/** How many of an order's parts are the caller's. Who is no restaurant may decide on all. */
async function ownParts(db: Database, caller: Caller, orderId: string): Promise<'none' | 'some' | 'all'> {
  if (caller.role !== 'restaurant') return 'all';
  const parts = await restaurantsOf(db, orderId);
  const own = parts.filter((id) => caller.restaurant_ids.includes(id));
  if (own.length === 0) return 'none';
  return own.length < parts.length ? 'some' : 'all';
}

/** An order without a part of the caller's is refused like one that does not exist. */
export const refuseAnothersOrder = async (db: Database, caller: Caller, orderId: string) =>
  (await ownParts(db, caller, orderId)) === 'none' ? refuse('NOT_FOUND', 'Order not found') : undefined;

/** As `refuseAnothersOrder`, also for the part that is named. Without a name all parts have to be the caller's. */
export async function refuseAnothersPart(
  db: Database,
  caller: Caller,
  orderId: string,
  restaurantId: string | null | undefined,
): Promise<Refusal<'NOT_FOUND' | 'UNKNOWN_RESTAURANT' | 'FORBIDDEN'> | undefined> {
  const own = await ownParts(db, caller, orderId);
  if (own === 'none') return refuse('NOT_FOUND', 'Order not found');
  if (!restaurantId) {
    const message = 'Other restaurants have parts of this order. Name yours as restaurant_id.';
    return own === 'some' ? refuse('FORBIDDEN', message) : undefined;
  }
  if (caller.role !== 'restaurant' || caller.restaurant_ids.includes(restaurantId)) return undefined;
  return refuse('UNKNOWN_RESTAURANT', 'The order has no part of this restaurant.');
}
