import type { Rated } from '../evidence/databases';
import type { Evidence } from '../evidence/evidence';
import type { Invariant, Violation } from './case';

export const ratings: Invariant = {
  title: 'each accepted rating is stored, and counted once in the means of its restaurants and its agent',
  *check({ evidence, placements }, orders) {
    for (const { isRated, outcome, planned } of placements) {
      if (!isRated || outcome.is !== 'accepted') continue;
      const { orderId } = outcome;
      const stored = evidence.ratings.filter((rating) => rating.orderId === orderId).map(describeRating);
      const given = describeRating(planned.rating);
      if (stored.length !== 1 || stored[0] !== given)
        yield { orderId, what: `its rating was ${given}; stored is ${stored.join(', ') || 'none'}` };
    }
    for (const { orderId, group, delivery } of orders) {
      const rating = evidence.ratings.find((each) => each.orderId === orderId);
      const stored = describeRating(rating ?? { order_rating: null, agent_rating: null });
      const counted = describeRating({ order_rating: group?.rating ?? null, agent_rating: delivery?.rating ?? null });
      if (stored !== counted) yield { orderId, what: `its rating is ${stored}; counted is ${counted}` };
    }
    for (const restaurant of evidence.restaurants)
      yield* checkMean('restaurant', restaurant, ratingsOfRestaurant(evidence, restaurant.id));
    for (const agent of evidence.agents) yield* checkMean('agent', agent, ratingsOfAgent(evidence, agent.id));
  },
};

type Stars = Record<'order_rating' | 'agent_rating', number | null>;
const describeRating = ({ order_rating, agent_rating }: Stars): string =>
  `${order_rating} for the order and ${agent_rating} for the agent`;

/** Of the rated orders in which this restaurant's part was not cancelled. */
function ratingsOfRestaurant({ groups, parts }: Evidence, restaurantId: string): number[] {
  const own = parts.filter((part) => part.restaurant_id === restaurantId && part.status !== 'CANCELLED');
  const orderIds = new Set(own.map(({ orderId }) => orderId));
  return groups.flatMap(({ orderId, rating }) => (rating !== null && orderIds.has(orderId) ? [rating] : []));
}

const ratingsOfAgent = ({ deliveries }: Evidence, id: string): number[] =>
  deliveries.flatMap(({ agentId, rating }) => (agentId === id && rating !== null ? [rating] : []));

function* checkMean(who: string, { id, count, sum, mean }: Rated, given: number[]): Iterable<Violation> {
  const expectedSum = given.reduce((total, rating) => total + rating, 0);
  const isMeanRight = given.length === 0 ? mean === null : isClose(mean, expectedSum / given.length);
  if (count !== given.length || !isClose(sum, expectedSum) || !isMeanRight)
    yield { what: `${who} ${id} has the mean ${mean} of ${count}, and was rated ${given.join(', ') || 'never'}` };
}

/** A sum of floating-point numbers depends on their order. */
const isClose = (value: number | null, expected: number): boolean =>
  value !== null && Math.abs(value - expected) < 1e-6;
