import type { DeliveryStatus, OrderStatus } from '../../contracts/states';
import { isOver, remedyFor, remedyForRating, type Rows, type Run } from './remedy';

/** What the three databases say, the workflow's state, and the remedy. */
const table = `
  record     | group         | delivery  | run                 | remedy
  -          | -             | -         | gone                | none
  -          | -             | -         | COMPLETED           | none
  -          | -             | -         | CANCELED            | none
  -          | -             | -         | TERMINATED          | restart
  -          | -             | -         | TERMINATED, stale   | adopt cancelled
  -          | -             | -         | TIMED_OUT           | restart
  -          | -             | -         | PENDING             | none
  PENDING    | -             | -         | PENDING             | none
  PENDING    | -             | -         | TERMINATED          | restart
  PENDING    | -             | -         | TERMINATED, stale   | adopt cancelled
  PENDING    | -             | -         | gone                | none
  PENDING    | -             | -         | gone, stale         | adopt cancelled
  PENDING    | PENDING       | -         | PENDING             | none
  PENDING    | PENDING       | -         | TERMINATED          | adopt placed
  PENDING    | PENDING       | -         | TERMINATED, stale   | adopt placed
  PENDING    | PENDING       | -         | gone                | adopt placed
  -          | PENDING       | -         | gone                | adopt placed
  PENDING    | PENDING empty | -         | gone                | manual
  PENDING    | CONFIRMED     | -         | PENDING             | resend decide CONFIRMED
  PENDING    | CONFIRMED     | -         | CONFIRMED           | none
  PENDING    | CONFIRMED     | -         | gone                | adopt confirmed
  CONFIRMED  | PENDING       | -         | gone                | adopt confirmed
  CONFIRMED  | -             | -         | gone                | adopt confirmed
  -          | -             | PENDING   | gone                | adopt confirmed
  CONFIRMED  | CONFIRMED     | PENDING   | CONFIRMED           | none
  CONFIRMED  | CONFIRMED     | PENDING   | CONFIRMED PENDING   | none
  CONFIRMED  | CONFIRMED     | PENDING   | PENDING             | resend decide CONFIRMED
  CONFIRMED  | CONFIRMED     | PENDING   | FAILED              | adopt confirmed
  CONFIRMED  | CONFIRMED     | PICKED_UP | CONFIRMED           | none
  CONFIRMED  | CONFIRMED     | PICKED_UP | CONFIRMED PENDING   | resend moveDelivery PICKED_UP
  CONFIRMED  | CONFIRMED     | PICKED_UP | CONFIRMED PICKED_UP | none
  CONFIRMED  | CONFIRMED     | PICKED_UP | PENDING             | resend decide CONFIRMED
  CONFIRMED  | CONFIRMED     | PICKED_UP | COMPLETED           | adopt confirmed
  CONFIRMED  | CONFIRMED     | DELIVERED | CONFIRMED PENDING   | resend moveDelivery PICKED_UP
  CONFIRMED  | CONFIRMED     | DELIVERED | CONFIRMED PICKED_UP | resend moveDelivery DELIVERED
  CONFIRMED  | CONFIRMED     | DELIVERED | CONFIRMED DELIVERED | none
  CONFIRMED  | CONFIRMED     | DELIVERED | TERMINATED          | adopt confirmed
  PENDING    | CONFIRMED     | DELIVERED | gone                | adopt confirmed
  -          | CONFIRMED     | DELIVERED | gone                | adopt confirmed
  delivered  | CONFIRMED     | DELIVERED | gone                | none, over
  delivered  | CONFIRMED     | DELIVERED | COMPLETED           | none, over
  delivered  | -             | -         | gone                | none, over
  delivered  | CONFIRMED     | DELIVERED | PENDING             | resend decide CONFIRMED, over
  delivered  | CONFIRMED     | DELIVERED | CONFIRMED PENDING   | resend moveDelivery PICKED_UP, over
  delivered  | CONFIRMED     | PICKED_UP | gone                | adopt confirmed
  CANCELLED  | CANCELLED     | CANCELLED | gone                | none, over
  CANCELLED  | -             | -         | COMPLETED           | none, over
  CANCELLED  | CANCELLED     | CANCELLED | CANCELLED           | none, over
  CANCELLED  | CANCELLED     | -         | PENDING             | resend cancel, over
  CANCELLED  | CANCELLED     | CANCELLED | CONFIRMED PICKED_UP | resend moveDelivery CANCELLED, over
  CONFIRMED  | CONFIRMED     | CANCELLED | TERMINATED          | adopt cancelled
  CONFIRMED  | CANCELLED     | CANCELLED | FAILED              | adopt cancelled
  PENDING    | CANCELLED     | -         | gone                | adopt cancelled
  CANCELLED  | PENDING       | -         | gone                | adopt cancelled
  CONFIRMED  | CANCELLED     | PENDING   | gone                | adopt cancelled
  CONFIRMED  | CANCELLED     | DELIVERED | gone                | manual
  delivered  | CANCELLED     | DELIVERED | CONFIRMED PENDING   | manual
`;

const cases = table
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('|').map((cell) => cell.trim()) as [string, string, string, string, string]);

const rowsOf = (record: string, group: string, delivery: string): Rows => {
  const [status, empty] = group.split(' ');
  return {
    record:
      record === '-'
        ? null
        : record === 'delivered'
          ? { status: 'CONFIRMED', delivered: true }
          : { status: record as OrderStatus, delivered: false },
    group: group === '-' ? null : { status: status as OrderStatus, orders: empty ? [] : ['one'] },
    delivery: delivery === '-' ? null : { status: delivery as DeliveryStatus },
    rating: null,
  };
};

function runOf(text: string): Run {
  const [order = '', delivery] = text.replace(', stale', '').split(' ');
  if (order === 'gone') return { state: 'gone' };
  if (!['PENDING', 'CONFIRMED', 'CANCELLED'].includes(order)) return { state: 'closed', as: order };
  return { state: 'running', order: order as OrderStatus, delivery: (delivery ?? null) as DeliveryStatus | null };
}

function textOf(rows: Rows, run: Run, fresh: boolean): string {
  const remedy = remedyFor(rows, run, fresh);
  if (remedy.kind === 'adopt') return `adopt ${remedy.stage}`;
  if (remedy.kind !== 'resend') return remedy.kind;
  const { command } = remedy;
  return command.kind === 'cancel' ? 'resend cancel' : `resend ${command.kind} ${command.status}`;
}

test.each(cases)('record %s, group %s, delivery %s, run %s: %s', (record, group, delivery, run, expected) => {
  const rows = rowsOf(record, group, delivery);
  expect(textOf(rows, runOf(run), !run.endsWith('stale'))).toBe(expected.replace(', over', ''));
  const known = record !== '-' || group !== '-' || delivery !== '-';
  expect(isOver(rows)).toBe(!known || expected.endsWith('over'));
});

test('an order that is cancelled because its workflow was lost gives that as the reason', () => {
  const rows = rowsOf('PENDING', '-', '-');
  expect(remedyFor(rows, { state: 'gone' }, false)).toMatchObject({
    reason: 'its workflow was lost before the restaurant had the order',
  });
});

describe('an order that is over everywhere', () => {
  const over = rowsOf('delivered', 'CONFIRMED', 'DELIVERED');

  test.each([
    [null, true],
    ['counted', true],
    ['uncounted', false],
  ] as const)('and whose rating is %s is over: %s', (rating, expected) => {
    expect(isOver({ ...over, rating })).toBe(expected);
  });
});

test.each([
  [null, 'gone', 'none'],
  [null, 'COMPLETED', 'none'],
  [null, 'CANCELED', 'none'],
  [null, 'TERMINATED', 'rate'],
  ['uncounted', 'PENDING', 'none'],
  ['uncounted', 'COMPLETED', 'none'],
  ['uncounted', 'CANCELED', 'rate'],
  ['uncounted', 'TERMINATED', 'rate'],
  ['uncounted', 'gone', 'rate'],
  ['counted', 'TERMINATED', 'none'],
  ['counted', 'gone', 'none'],
] as const)('of a rating that is %s, and whose run is %s: %s', (rating, run, expected) => {
  expect(remedyForRating(rating, runOf(run)).kind).toBe(expected);
});
