/** The ratings of an order. Pure. */
import type { OldRows } from '../old/by-order';
import type { OldDelivery, OldGroup, OldRecord } from '../old/rows';
import type { Note } from '../oddities';
import type { Course } from './course';
import { idOf, ratingOf } from './values';

export interface Ratings {
  customer: { id: string; order_rating: number; agent_rating: number } | null;
  /** Of the order, at the restaurant side. */
  order: number | null;
  /** Of the agent, at the delivery side. */
  agent: number | null;
}

/** What the customer has given holds on both sides, whether it has arrived there or not. */
export function ratingsOf({ record, group, delivery }: OldRows, { delivery: status }: Course, note: Note): Ratings {
  const customer = record ? customerRatingOf(record, note) : null;
  if (customer && status !== 'DELIVERED') note('rating-before-delivery', customer.id);
  const onSide = (side: OldGroup | OldDelivery | undefined, given: number | null): number | null => {
    if (!side) return null;
    const stored = ratingOf(side.rating, side.id, note);
    if (given !== null && stored === null) note('rating-not-counted', side.id);
    if (given !== null && stored !== null && given !== stored) note('rating-differs', side.id);
    if (given === null && stored !== null) note('rating-only-counted', side.id);
    return given ?? stored;
  };
  return {
    customer,
    order: onSide(group, customer?.order_rating ?? null),
    agent: onSide(delivery, customer?.agent_rating ?? null),
  };
}

/** A rating is of both, order and agent. */
function customerRatingOf({ rating_id, order_rating, agent_rating }: OldRecord, note: Note): Ratings['customer'] {
  if (rating_id === null) return null;
  const [order, agent] = [ratingOf(order_rating, rating_id, note), ratingOf(agent_rating, rating_id, note)];
  return order === null || agent === null
    ? null
    : { id: idOf(rating_id, note), order_rating: order, agent_rating: agent };
}
