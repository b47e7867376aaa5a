import { orderWorkflowId, queues, ratingWorkflowId, retryQueue } from '../../../contracts/names';
import type { Case } from './case';
import { aCase, cancelled, onTheWay, rated, rejected } from './fixtures/a-case';
import { judgeAll } from './judge';

const brokenIn = (given: Case): number[] =>
  judgeAll(given).flatMap(({ number, offences }) => (offences.length > 0 ? [number] : []));
const offencesOf = (given: Case, invariant: number) =>
  judgeAll(given).find(({ number }) => number === invariant)?.offences;

/** The row of an order; the case has one in each of these lists. */
function of<Row extends { orderId: string }>(rows: Row[], orderId: string): Row {
  const row = rows.find((each) => each.orderId === orderId);
  if (!row) throw new Error(`no row of ${orderId}`);
  return row;
}
function run({ evidence }: Case, workflowId: string) {
  const found = evidence.runs.find((each) => each.workflowId === workflowId);
  if (!found) throw new Error(`no run ${workflowId}`);
  return found;
}
/** By its place, in a list that the case fills. */
function nth<Row>(rows: Row[], place: number): Row {
  const row = rows[place];
  if (row === undefined) throw new Error(`no row ${place}`);
  return row;
}
const without = <Row>(rows: Row[], row: Row): Row[] => rows.filter((each) => each !== row);

test('a case in which everything is as it should be breaks no invariant', () => {
  expect(judgeAll(aCase()).map(({ number, offences }) => ({ number, offences }))).toEqual(
    [1, 2, 3, 4, 5, 6].map((number) => ({ number, offences: [] })),
  );
});

type Broken = [invariant: number, what: string, breakIt: (given: Case) => void];

const broken: Broken[] = [
  [
    1,
    'an accepted placement left nothing anywhere',
    ({ pledges }) => (nth(pledges, 4).placement = { answered: 'accepted', orderId: 'lost' }),
  ],
  [
    1,
    'an accepted placement became two orders',
    ({ evidence }) => evidence.records.push({ ...of(evidence.records, rated), orderId: 'its-twin' }),
  ],
  [
    1,
    'an unanswered placement became two orders',
    ({ evidence }) => {
      for (const orderId of ['one', 'other'])
        evidence.records.push({ ...of(evidence.records, cancelled), orderId, userId: 'customer-5' });
    },
  ],
  [
    1,
    'a refused placement goes on',
    ({ evidence }) => evidence.groups.push({ ...of(evidence.groups, rated), orderId: rejected, userId: 'customer-4' }),
  ],
  [1, 'there is an order that nobody has placed', ({ pledges }) => pledges.pop() && pledges.splice(1, 1)],
  [
    1,
    'an order has rows and no workflow',
    (given) => (given.evidence.runs = without(given.evidence.runs, run(given, orderWorkflowId(cancelled)))),
  ],
  [
    1,
    'an order is under way without a courier',
    ({ evidence }) => (of(evidence.deliveries, onTheWay).status = 'PENDING'),
  ],
  [2, 'an order has two groups', ({ evidence }) => evidence.groups.push({ ...of(evidence.groups, rated) })],
  [
    2,
    'a part is stored twice',
    ({ evidence }) => evidence.parts.push({ ...of(evidence.parts, onTheWay), id: 'again' }),
  ],
  [2, 'a part is missing', ({ evidence }) => (evidence.parts = evidence.parts.filter(({ id }) => id !== 'part-2'))],
  [
    2,
    'an item has another quantity than was placed',
    ({ evidence }) => (nth(of(evidence.parts, cancelled).items, 0).quantity = 3),
  ],
  [
    2,
    'an item has another price than the menu',
    ({ evidence }) => (nth(of(evidence.parts, cancelled).items, 0).price = 449),
  ],
  [2, 'the total of a part is not that of its items', ({ evidence }) => (of(evidence.parts, cancelled).total = 901)],
  [2, 'a refused part is still in the total', ({ evidence }) => (of(evidence.groups, rated).total = 2100)],
  [2, 'the customer’s total is another', ({ evidence }) => (of(evidence.records, rated).total = 2100)],
  [
    3,
    'an agent had two open deliveries for a moment',
    ({ evidence }) => {
      const at = evidence.changes.findIndex(
        ({ entity, ...change }) =>
          entity === 'delivery' &&
          'after' in change &&
          change.after &&
          'orderId' in change.after &&
          change.after.orderId === cancelled,
      );
      const assigned = { orderId: 'another', agentId: 'bo', status: 'PENDING' } as const;
      const common = { seq: 0, at: 1_000, tx: 'tx-other', entity: 'delivery' } as const;
      evidence.changes.splice(
        at + 1,
        0,
        { ...common, after: assigned },
        { ...common, before: assigned, after: { ...assigned, status: 'CANCELLED' } },
      );
    },
  ],
  [3, 'a busy agent has nothing to do', ({ evidence }) => (nth(evidence.agents, 0).status = 'BUSY')],
  [3, 'an agent with a delivery is taken for free', ({ evidence }) => (nth(evidence.agents, 1).status = 'AVAILABLE')],
  [
    3,
    'an agent got a job back that they had declined',
    ({ evidence }) =>
      evidence.changes.push({
        ...{ seq: 99, at: 999, tx: 'tx-99', entity: 'delivery' },
        before: { orderId: rated, agentId: null, status: 'PENDING' },
        after: { orderId: rated, agentId: 'bo', status: 'PENDING' },
      }),
  ],
  [
    4,
    'an order went back from CANCELLED',
    ({ evidence }) =>
      evidence.changes.push({
        ...{ seq: 99, at: 999, tx: 'tx-99', entity: 'group' },
        before: { orderId: cancelled, status: 'CANCELLED' },
        after: { orderId: cancelled, status: 'CONFIRMED' },
      }),
  ],
  [
    4,
    'a delivery skipped the pick-up',
    ({ evidence }) =>
      evidence.changes.push({
        ...{ seq: 99, at: 999, tx: 'tx-99', entity: 'delivery' },
        before: { orderId: onTheWay, agentId: 'bo', status: 'PENDING' },
        after: { orderId: onTheWay, agentId: 'bo', status: 'DELIVERED' },
      }),
  ],
  [
    4,
    'a delivery changed hands after the pick-up',
    ({ evidence }) =>
      evidence.changes.push({
        ...{ seq: 99, at: 999, tx: 'tx-99', entity: 'delivery' },
        before: { orderId: onTheWay, agentId: 'bo', status: 'PICKED_UP' },
        after: { orderId: onTheWay, agentId: 'asha', status: 'PICKED_UP' },
      }),
  ],
  [
    4,
    'a row was deleted',
    ({ evidence }) =>
      evidence.changes.push({ seq: 99, at: 999, tx: 'tx-99', entity: 'other', what: 'OrderItem', deleted: true }),
  ],
  [
    4,
    'an agent was looked for before the restaurant had confirmed',
    ({ evidence }) => {
      for (const change of evidence.changes)
        if (change.entity === 'group' && change.after?.status === 'CONFIRMED') change.at = 10_000;
    },
  ],
  [
    4,
    'the restaurant cooks what is cancelled',
    ({ evidence }) => (of(evidence.groups, cancelled).status = 'CONFIRMED'),
  ],
  [4, 'the customer’s record stayed behind', ({ evidence }) => (of(evidence.records, rated).delivered = false)],
  [4, 'a delivery outlived its order', ({ evidence }) => (of(evidence.deliveries, cancelled).status = 'PENDING')],
  [5, 'an accepted rating is not stored', ({ evidence }) => (evidence.ratings = [])],
  [5, 'a rating is stored twice', ({ evidence }) => evidence.ratings.push({ ...of(evidence.ratings, rated) })],
  [5, 'another rating is stored than was given', ({ evidence }) => (of(evidence.ratings, rated).order = 3)],
  [5, 'the restaurant side has missed it', ({ evidence }) => (of(evidence.groups, rated).rating = null)],
  [5, 'the delivery side has missed it', ({ evidence }) => (of(evidence.deliveries, rated).rating = null)],
  [
    5,
    'a restaurant has counted it twice',
    ({ evidence }) => Object.assign(nth(evidence.restaurants, 0), { sum: 8, count: 2 }),
  ],
  [5, 'an agent has counted it twice', ({ evidence }) => Object.assign(nth(evidence.agents, 0), { sum: 10, count: 2 })],
  [5, 'a mean is not that of its sum', ({ evidence }) => (nth(evidence.agents, 0).mean = 4)],
  [
    5,
    'the restaurant that refused was rated',
    ({ evidence }) => Object.assign(nth(evidence.restaurants, 1), { mean: 4, sum: 4, count: 1 }),
  ],
  [6, 'a queue is not empty', ({ evidence }) => (nth(evidence.queues, 0).messages = 1)],
  [
    6,
    'a message waits to be tried again',
    ({ evidence }) => evidence.queues.push({ name: retryQueue(queues.agentAssigned), messages: 1 }),
  ],
  [6, 'the broker does not say what a queue has', ({ evidence }) => (nth(evidence.queues, 0).messages = null)],
  [
    6,
    'a sound message died',
    ({ evidence }) => evidence.deadLetters.push({ queue: queues.adoptOrder, id: 'sound', reason: '?' }),
  ],
  [6, 'a malformed message was lost', ({ evidence }) => (evidence.deadLetters = [])],
  [6, 'a workflow has failed', (given) => (run(given, orderWorkflowId(cancelled)).status = 'FAILED')],
  [6, 'a workflow task fails again and again', (given) => (run(given, orderWorkflowId(onTheWay)).failingTask = 2)],
  [
    6,
    'a history does not replay',
    ({ evidence }) => evidence.notReplayed.push({ workflowId: orderWorkflowId(rated), error: 'other steps' }),
  ],
  [6, 'a rating has not ended', (given) => (run(given, ratingWorkflowId(rated)).status = 'RUNNING')],
];

test.each(broken)('invariant %i is broken when %s', (invariant, _what, breakIt) => {
  const given = aCase();
  breakIt(given);
  expect(brokenIn(given)).toContain(invariant);
});

test('an offence names its order', () => {
  const given = aCase();
  of(given.evidence.groups, rated).total = 2100;
  expect(offencesOf(given, 2)).toEqual([
    { orderId: rated, what: 'the total is 2100 cents, that of its parts 900' },
    { orderId: rated, what: "the customer's record says 900 cents, the restaurant side 2100" },
  ]);
});
