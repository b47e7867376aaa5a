import { deadQueue, queues, ratingWorkflowId } from '../../../contracts/names';
import type { Change, Rated } from '../evidence/databases';
import { ordersOf, type Case, type Evidence, type Invariant, type Violation } from './case';
import { events } from './events';
import { orderRows, placements, stateMachine } from './orders';

const agents: Invariant = {
  title: 'no agent ever has two open deliveries; BUSY means one; no agent gets back a job that they declined',
  *check({ evidence }) {
    yield* findSimultaneousJobs(evidence.changes);
    yield* findReturnedJobs(evidence.changes);
    for (const { id, status } of evidence.agents) {
      const open = evidence.deliveries.filter((delivery) => delivery.agentId === id && isOpen(delivery));
      if (open.length !== (status === 'BUSY' ? 1 : 0))
        yield { orderId: open[0]?.orderId, what: `agent ${id} is ${status} with ${open.length} open deliveries` };
    }
  },
};

const isOpen = ({ status }: { status: string | null }): boolean => status === 'PENDING' || status === 'PICKED_UP';

function* findSimultaneousJobs(changes: Change[]): Iterable<Violation> {
  const jobsOf = new Map<string, Set<string | null>>();
  for (const { table, before, after } of changes) {
    if (table !== 'DeliveryAssignment') continue;
    if (before?.agentId && isOpen(before)) jobsOf.get(before.agentId)?.delete(before.orderId);
    if (!after?.agentId || !isOpen(after)) continue;
    const { agentId, orderId } = after;
    const jobs = jobsOf.get(agentId) ?? new Set();
    jobsOf.set(agentId, jobs.add(orderId));
    if (jobs.size > 1) yield { orderId, what: `agent ${agentId} has it and ${[...jobs][0]} at once` };
  }
}

function* findReturnedJobs(changes: Change[]): Iterable<Violation> {
  const declined = new Set<string>();
  for (const { table, before, after } of changes) {
    if (!after?.agentId) continue;
    const { orderId, agentId } = after;
    const job = `${orderId} ${agentId}`;
    if (table === 'DeclinedJob') declined.add(job);
    if (table === 'DeliveryAssignment' && before?.agentId !== agentId && declined.has(job))
      yield { orderId, what: `agent ${agentId} declined it, and got it again` };
  }
}

const ratings: Invariant = {
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

const leftovers: Invariant = {
  title:
    'queues are empty, dead letters are the malformed messages alone; no workflow has failed, is stuck, or does not replay',
  *check({ evidence, poison }) {
    for (const what of waitingMessages(evidence.queues)) yield { what };
    for (const { id, queue, reason } of evidence.deadLetters) {
      const isPoison = poison.some((sent) => sent.id === id && sent.queue === queue);
      if (!isPoison) yield { what: `${queue} has dead-lettered ${id}, which was sound: ${reason}` };
    }
    for (const { id, queue, confirmed } of poison) {
      const isDeadLetter = evidence.deadLetters.some((letter) => letter.id === id);
      if (confirmed && !isDeadLetter) yield { what: `the malformed ${id} is not among the dead letters of ${queue}` };
    }
    for (const { workflowId, error } of evidence.replayFailures)
      yield { orderId: orderIdOf(workflowId), what: `${workflowId} does not replay: ${error}` };
    for (const { workflowId, status, failedAttempts } of evidence.runs) {
      const orderId = orderIdOf(workflowId);
      const expected = workflowId === ratingWorkflowId(orderId) ? ['COMPLETED'] : ['COMPLETED', 'RUNNING'];
      if (!expected.includes(status)) yield { orderId, what: `${workflowId} is ${status}` };
      if (failedAttempts > 0)
        yield { orderId, what: `a workflow task of ${workflowId} has failed ${failedAttempts} times` };
    }
  },
};

const orderIdOf = (workflowId: string): string => workflowId.replace(/^[a-z]+-/, '');

const deadQueues = new Set<string>(Object.values(queues).map(deadQueue));

/** A line for each queue that should be empty and is not: unread, waiting for a retry, or held by a consumer. */
export const waitingMessages = (found: Evidence['queues']): string[] =>
  found
    .filter(({ name, messages }) => messages !== 0 && !deadQueues.has(name))
    .map(({ name, messages }) => `${name} has ${messages ?? 'an unknown number of'} messages`);

/** Numbered from 1, as in docs/chaos.md. */
const invariants: Invariant[] = [placements, orderRows, agents, stateMachine, ratings, leftovers, events];

export type InvariantResult = ReturnType<typeof checkInvariants>[number];

export function checkInvariants(given: Case) {
  const orders = ordersOf(given);
  return invariants.map(({ title, check }, index) => ({
    number: index + 1,
    title,
    violations: [...check(given, orders)],
  }));
}
