import type { Caller } from '../../contracts/access';
import type { Database } from '../../prisma/restaurant/client';
import { restaurantsOf, type OrderFilter } from '../../prisma/restaurant/orders';
import { refuse } from '../http/refusals';

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

/** An order without a part of the caller's is refused like one that does not exist. */
export async function refuseAnothersOrder(db: Database, caller: Caller, orderId: string) {
  if (caller.role !== 'restaurant') return undefined;
  const parts = await restaurantsOf(db, orderId);
  return parts.some((id) => caller.restaurant_ids.includes(id)) ? undefined : unknownOrder;
}

/**
 * The author of a decision: a restaurant, with its parts of the order. Undefined: an operator or a service, which may decide on all. The
 * workflow judges by it, but does not know the parts of an adopted order: only here is it seen that a decision on the whole order would
 * decide for others.
 */
export async function authorOfDecision(db: Database, caller: Caller, orderId: string, restaurantId?: string | null) {
  if (caller.role !== 'restaurant') return undefined;
  const parts = await restaurantsOf(db, orderId);
  const own = parts.filter((id) => caller.restaurant_ids.includes(id));
  if (own.length === 0) return unknownOrder;
  if (!restaurantId && own.length < parts.length)
    return refuse('FORBIDDEN', 'Other restaurants have parts of this order. Name yours as restaurant_id.');
  return { role: 'restaurant' as const, restaurant_ids: own };
}

const unknownOrder = refuse('NOT_FOUND', 'Order not found');
