import type { Evidence, Rated } from '../evidence/evidence';
import type { Pledge } from '../journal';
import type { Case, Invariant, Offence } from './case';

export const ratings: Invariant = {
  number: 5,
  title: 'each accepted rating is stored, and counted once in the means of its restaurants and its agent',
  offences: ({ evidence, pledges }: Case): Offence[] => [
    ...pledges.flatMap((pledge) => judgePromise(pledge, evidence)),
    ...countedWithoutRow(evidence),
    ...evidence.ratings.flatMap((rating) => judgeCounted(rating, evidence)),
    ...evidence.restaurants.flatMap((each) => judgeMean('restaurant', each, ratingsOfRestaurant(evidence, each.id))),
    ...evidence.agents.flatMap((each) => judgeMean('agent', each, ratingsOfAgent(evidence, each.id))),
  ],
};

function judgePromise({ rated, placement, planned }: Pledge, evidence: Evidence): Offence[] {
  if (!rated || placement.answered !== 'accepted') return [];
  const { orderId } = placement;
  const stored = evidence.ratings.filter((rating) => rating.orderId === orderId);
  const [rating] = stored;
  if (stored.length !== 1) return [{ orderId, what: `its rating was accepted, and is stored ${stored.length} times` }];
  if (rating?.order === planned.rating.order && rating.agent === planned.rating.agent) return [];
  return [{ orderId, what: 'another rating is stored than was given' }];
}

function judgeCounted({ orderId, order, agent }: Evidence['ratings'][number], evidence: Evidence): Offence[] {
  const group = evidence.groups.find((each) => each.orderId === orderId)?.rating ?? null;
  const delivery = evidence.deliveries.find((each) => each.orderId === orderId)?.rating ?? null;
  return [
    ...(group === order ? [] : [{ orderId, what: `its rating is ${order}, the restaurant side has counted ${group}` }]),
    ...(delivery === agent
      ? []
      : [{ orderId, what: `its agent’s rating is ${agent}, the delivery side has counted ${delivery}` }]),
  ];
}

function countedWithoutRow({ ratings: stored, groups, deliveries }: Evidence): Offence[] {
  const known = new Set(stored.map(({ orderId }) => orderId));
  return [...groups, ...deliveries]
    .filter(({ orderId, rating }) => rating !== null && !known.has(orderId))
    .map(({ orderId }) => ({ orderId, what: 'a rating is counted that no customer has given' }));
}

/** Of every rated order in which the restaurant has a part that was not cancelled. */
function ratingsOfRestaurant({ groups, parts }: Evidence, restaurantId: string): number[] {
  const orders = new Set(
    parts
      .filter((part) => part.restaurantId === restaurantId && part.status !== 'CANCELLED')
      .map((part) => part.orderId),
  );
  return groups.flatMap(({ orderId, rating }) => (rating !== null && orders.has(orderId) ? [rating] : []));
}

const ratingsOfAgent = ({ deliveries }: Evidence, agentId: string): number[] =>
  deliveries.flatMap((each) => (each.agentId === agentId && each.rating !== null ? [each.rating] : []));

function judgeMean(what: string, { id, count, sum, mean }: Rated, given: number[]): Offence[] {
  const expected = given.reduce((total, rating) => total + rating, 0);
  const expectedMean = given.length > 0 ? expected / given.length : null;
  const isRight =
    count === given.length &&
    close(sum, expected) &&
    (mean === null) === (expectedMean === null) &&
    close(mean, expectedMean);
  if (isRight) return [];
  return [{ what: `${what} ${id} has the mean ${mean} of ${count}, and was rated ${given.join(', ') || 'never'}` }];
}

/** Sums of floating point numbers depend on their order. */
const close = (left: number | null, right: number | null): boolean => Math.abs((left ?? 0) - (right ?? 0)) < 1e-6;
