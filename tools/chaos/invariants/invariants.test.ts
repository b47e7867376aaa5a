import { orderWorkflowId, queues, ratingWorkflowId, retryQueue } from '../../../contracts/names';
import type { AuditedTable, RowState } from '../evidence/databases';
import type { Case } from './case';
import { cancelled, job, onTheWay, rated, rejected, row, soundCase } from './fixtures/case';
import { checkInvariants } from './invariants';

const violatedBy = (given: Case): number[] =>
  checkInvariants(given).flatMap(({ number, violations }) => (violations.length > 0 ? [number] : []));

/** The order's only row. */
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
function nth<Row>(rows: Row[], index: number): Row {
  const row = rows[index];
  if (row === undefined) throw new Error(`no row ${index}`);
  return row;
}
const addChange = ({ evidence }: Case, table: AuditedTable, before: RowState | null, after: RowState | null) =>
  evidence.changes.push({ table, at: 999, transaction: 'doctored', before, after });

function logged({ heard }: Case, orderId: string, type: string) {
  const found = heard.log.find((event) => event.orderId === orderId && event.type === type);
  if (!found) throw new Error(`no event ${type} of ${orderId}`);
  return found;
}
/** Nobody has heard of these events either, so that the log alone is wrong. */
function removeFromLog({ heard }: Case, orderId: string, ...types: string[]): void {
  const removed = new Set(types.map((type) => `${orderId}:${logged({ heard } as Case, orderId, type).n}`));
  const isLeft = (id: string) => !removed.has(id);
  heard.log = heard.log.filter((event) => isLeft(`${event.orderId}:${event.n}`));
  heard.operator = heard.operator.filter(isLeft);
  heard.customers[orderId] = heard.customers[orderId]?.filter(isLeft) ?? [];
}

test('a sound case violates no invariant', () => {
  expect(checkInvariants(soundCase()).map(({ number, violations }) => ({ number, violations }))).toEqual(
    [1, 2, 3, 4, 5, 6, 7].map((number) => ({ number, violations: [] })),
  );
});

type Doctored = [invariant: number, what: string, doctor: (given: Case) => void];

const doctored: Doctored[] = [
  [
    1,
    'an accepted placement left nothing anywhere',
    ({ placements }) => (nth(placements, 4).outcome = { is: 'accepted', orderId: 'lost' }),
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
    'a refused placement continues',
    ({ evidence }) => evidence.groups.push({ ...of(evidence.groups, rated), orderId: rejected, userId: 'customer-4' }),
  ],
  [1, 'no customer has placed an order', ({ placements }) => placements.splice(1, 1)],
  [
    1,
    'an order has rows and no workflow',
    ({ evidence }) =>
      (evidence.runs = evidence.runs.filter(({ workflowId }) => workflowId !== orderWorkflowId(cancelled))),
  ],
  [
    1,
    'an order is running without a courier',
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
    'an item does not have the quantity placed',
    ({ evidence }) => (nth(of(evidence.parts, cancelled).items, 0).quantity = 3),
  ],
  [
    2,
    'an item does not have the price on the menu',
    ({ evidence }) => (nth(of(evidence.parts, cancelled).items, 0).price = 449),
  ],
  [2, 'the total of a part is not the sum of its items', ({ evidence }) => (of(evidence.parts, cancelled).total = 901)],
  [2, 'a refused part is still in the total', ({ evidence }) => (of(evidence.groups, rated).total = 2100)],
  [2, 'the customer’s total is not the restaurant’s', ({ evidence }) => (of(evidence.records, rated).total = 2100)],
  [
    3,
    'an agent had two open deliveries for a moment',
    ({ evidence }) => {
      const assigned = evidence.changes.findIndex(
        ({ table, after }) => table === 'DeliveryAssignment' && after?.orderId === cancelled,
      );
      const other = { table: 'DeliveryAssignment', at: 1_000, transaction: 'other' } as const;
      evidence.changes.splice(
        assigned + 1,
        0,
        { ...other, before: null, after: job('another', 'bo') },
        { ...other, before: job('another', 'bo'), after: job('another', 'bo', 'CANCELLED') },
      );
    },
  ],
  [3, 'a busy agent has no delivery', ({ evidence }) => (nth(evidence.agents, 0).status = 'BUSY')],
  [3, 'an agent with a delivery is available', ({ evidence }) => (nth(evidence.agents, 1).status = 'AVAILABLE')],
  [
    3,
    'an agent got back a job that they had declined',
    (given) => addChange(given, 'DeliveryAssignment', job(rated, null), job(rated, 'bo')),
  ],
  [
    4,
    'an order left CANCELLED',
    (given) => addChange(given, 'OrderGroup', row({ status: 'CANCELLED' }), row({ status: 'CONFIRMED' })),
  ],
  [
    4,
    'a delivery skipped the pick-up',
    (given) => addChange(given, 'DeliveryAssignment', job(onTheWay, 'bo'), job(onTheWay, 'bo', 'DELIVERED')),
  ],
  [
    4,
    'a delivery changed its agent after the pick-up',
    (given) =>
      addChange(given, 'DeliveryAssignment', job(onTheWay, 'bo', 'PICKED_UP'), job(onTheWay, 'asha', 'PICKED_UP')),
  ],
  [4, 'a row was deleted', (given) => addChange(given, 'OrderItem', row({}), null)],
  [
    4,
    'a group started as CONFIRMED',
    (given) => addChange(given, 'OrderGroup', null, row({ orderId: rated, status: 'CONFIRMED' })),
  ],
  [
    4,
    'a delivered record was taken back',
    (given) => addChange(given, 'userOrder', row({ delivered: true }), row({ delivered: false })),
  ],
  [
    4,
    'the search for an agent started before the restaurant confirmed',
    ({ evidence }) => {
      for (const change of evidence.changes)
        if (change.table === 'OrderGroup' && change.after?.status === 'CONFIRMED') change.at = 10_000;
    },
  ],
  [
    4,
    'the restaurant still cooks a cancelled order',
    ({ evidence }) => (of(evidence.groups, cancelled).status = 'CONFIRMED'),
  ],
  [
    4,
    'one restaurant still cooks its part of a cancelled order',
    ({ evidence }) => (of(evidence.parts, cancelled).status = 'CONFIRMED'),
  ],
  [4, 'the customer’s record is out of date', ({ evidence }) => (of(evidence.records, rated).delivered = false)],
  [4, 'a delivery outlived its order', ({ evidence }) => (of(evidence.deliveries, cancelled).status = 'PENDING')],
  [5, 'an accepted rating is not stored', ({ evidence }) => (evidence.ratings = [])],
  [5, 'a rating is stored twice', ({ evidence }) => evidence.ratings.push({ ...of(evidence.ratings, rated) })],
  [5, 'the stored rating is not the one given', ({ evidence }) => (of(evidence.ratings, rated).order_rating = 3)],
  [5, 'the restaurant has not counted a rating', ({ evidence }) => (of(evidence.groups, rated).rating = null)],
  [5, 'the agent’s rating is not counted', ({ evidence }) => (of(evidence.deliveries, rated).rating = null)],
  [
    5,
    'a restaurant has counted a rating twice',
    ({ evidence }) => Object.assign(nth(evidence.restaurants, 0), { sum: 8, count: 2 }),
  ],
  [
    5,
    'an agent has counted a rating twice',
    ({ evidence }) => Object.assign(nth(evidence.agents, 0), { sum: 10, count: 2 }),
  ],
  [5, 'a mean is not that of its sum', ({ evidence }) => (nth(evidence.agents, 0).mean = 4)],
  [
    5,
    'the restaurant that refused is rated',
    ({ evidence }) => Object.assign(nth(evidence.restaurants, 1), { mean: 4, sum: 4, count: 1 }),
  ],
  [6, 'a queue is not empty', ({ evidence }) => (nth(evidence.queues, 0).messages = 1)],
  [
    6,
    'a message waits for its retry',
    ({ evidence }) => evidence.queues.push({ name: retryQueue(queues.agentAssigned), messages: 1 }),
  ],
  [6, 'the broker gives no count of a queue', ({ evidence }) => (nth(evidence.queues, 0).messages = null)],
  [
    6,
    'a sound message was dead-lettered',
    ({ evidence }) => evidence.deadLetters.push({ queue: queues.adoptOrder, id: 'sound', reason: '?' }),
  ],
  [6, 'a malformed message was lost', ({ evidence }) => (evidence.deadLetters = [])],
  [6, 'a workflow has failed', (given) => (run(given, orderWorkflowId(cancelled)).status = 'FAILED')],
  [6, 'a workflow task keeps failing', (given) => (run(given, orderWorkflowId(onTheWay)).failedAttempts = 2)],
  [
    6,
    'a history does not replay',
    ({ evidence }) => evidence.replayFailures.push({ workflowId: orderWorkflowId(rated), error: 'other steps' }),
  ],
  [6, 'a rating’s workflow has not ended', (given) => (run(given, ratingWorkflowId(rated)).status = 'RUNNING')],
  [7, 'an order has no log', (given) => removeFromLog(given, rejected, 'placed', 'rejected')],
  [7, 'an event is missing', (given) => removeFromLog(given, rated, 'confirmed')],
  [7, 'a log does not begin with placed', (given) => (logged(given, rejected, 'placed').type = 'priced')],
  [7, 'an order has ended otherwise than its log', (given) => (logged(given, rated, 'delivered').type = 'cancelled')],
  [7, 'an order has ended, and its log has not', (given) => removeFromLog(given, cancelled, 'cancelled')],
  [
    7,
    'an order is on the way, and its log has ended',
    (given) => (logged(given, onTheWay, 'picked-up').type = 'delivered'),
  ],
  [7, 'a log ends twice', (given) => (logged(given, rated, 'picked-up').type = 'delivered')],
  [7, 'a log goes on behind its end', (given) => (logged(given, rated, 'rated').type = 'late')],
  [7, 'a rating is not in the log', (given) => removeFromLog(given, rated, 'rated')],
  [7, 'a rating is in the log alone', ({ evidence }) => (evidence.ratings = [])],
  [7, 'an event was never published', (given) => (logged(given, rated, 'picked-up').position = null)],
  [7, 'a customer has missed an event', ({ heard }) => heard.customers[rated]?.splice(2, 1)],
  [7, 'a customer has heard an event twice', ({ heard }) => heard.customers[rated]?.splice(2, 0, `${rated}:2`)],
  [7, 'a customer has heard the events in another order', ({ heard }) => heard.customers[rated]?.reverse()],
  [7, 'a customer has heard an event of another order', ({ heard }) => heard.customers[rated]?.push(`${cancelled}:1`)],
  [7, 'the operator has missed an event', ({ heard }) => heard.operator.pop()],
  [7, 'the operator has heard an event twice', ({ heard }) => heard.operator.push(nth(heard.operator, 0))],
];

test.each(doctored)('invariant %i is violated when %s', (invariant, _what, doctor) => {
  const given = soundCase();
  doctor(given);
  expect(violatedBy(given)).toContain(invariant);
});

test('a violation names its order', () => {
  const given = soundCase();
  of(given.evidence.groups, rated).total = 2100;
  expect(checkInvariants(given)[1]?.violations).toEqual([
    { orderId: rated, what: 'the total is 2100 cents, the sum of its parts 900' },
    { orderId: rated, what: "the customer's record says 900 cents, the restaurant 2100" },
  ]);
});
