/** How far an order has come, by what the old restaurant and delivery side say of it. Pure. */
import type { DeliveryStatus, OrderStatus } from '../../../contracts/states';
import type { OddityKind } from '../oddities';

/** What the old databases say. Null where a side does not know the order. */
export interface OldCourse {
  order: OrderStatus | null;
  delivery: DeliveryStatus | null;
  /** The user side knows it. */
  isRecorded: boolean;
  hasItems: boolean;
  /** Why the order must not go on before its pick-up, if it is open. */
  hindrance?: { kind: OddityKind; reason: string } | undefined;
}

/** The course in our databases: one that our services can lead to. */
export interface Course {
  order: OrderStatus;
  delivery: DeliveryStatus | null;
  /** Why the import has cancelled it. */
  reason: string | null;
  /** The stage at which its workflow takes it over; null if it has ended. */
  stage: 'placed' | 'confirmed' | null;
  oddities: OddityKind[];
}

/** What has happened outside decides: a delivery, then a cancellation, then a pick-up, then an assignment. */
export function courseOf(old: OldCourse): Course {
  const { order, delivery, isRecorded, hasItems, hindrance } = old;
  const oddities: OddityKind[] = [];
  if (order === null && (isRecorded || delivery === null)) oddities.push('unknown-to-restaurant');
  if (order !== null && !isRecorded) oddities.push('unknown-to-user');
  if (order === null && !isRecorded) oddities.push('unknown-to-both');
  if (order !== null && !hasItems) oddities.push('order-without-items');

  const ended = (status: OrderStatus, ...more: OddityKind[]): Course => ({
    order: status,
    delivery,
    reason: null,
    stage: null,
    oddities: [...oddities, ...more],
  });
  const cancelled = (reason: string | null, ...more: OddityKind[]): Course => ({
    ...ended('CANCELLED', ...more),
    delivery: delivery && 'CANCELLED',
    reason,
  });
  const confirmed = (...more: OddityKind[]): Course => ({ ...ended('CONFIRMED', ...more), stage: 'confirmed' });

  if (delivery === 'DELIVERED') {
    if (order === 'CANCELLED') return ended('CONFIRMED', 'delivered-though-cancelled');
    return ended('CONFIRMED', ...(order === 'PENDING' ? (['delivery-of-pending-order'] as const) : []));
  }
  if (order === 'CANCELLED')
    return cancelled(null, ...(isOpen(delivery) ? (['delivery-of-cancelled-order'] as const) : []));
  if (delivery === 'CANCELLED')
    return cancelled('its delivery was cancelled', ...(order ? (['cancelled-by-delivery'] as const) : []));
  if (order === null && !(isRecorded && delivery)) return cancelled('it never reached the restaurant');
  if (delivery === 'PICKED_UP')
    return confirmed(...(order === 'PENDING' ? (['delivery-of-pending-order'] as const) : []));
  if (order !== null && !hasItems) return cancelled('its items were lost');
  if (hindrance) return cancelled(hindrance.reason, hindrance.kind);
  if (delivery === 'PENDING')
    return confirmed(...(order === 'PENDING' ? (['delivery-of-pending-order'] as const) : []));
  if (order === 'CONFIRMED') return confirmed('confirmed-without-delivery');
  return { ...ended('PENDING'), stage: 'placed' };
}

const isOpen = (delivery: DeliveryStatus | null): boolean => delivery === 'PENDING' || delivery === 'PICKED_UP';
