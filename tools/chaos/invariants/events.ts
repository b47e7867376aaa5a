import type { LoggedEvent } from '../evidence/databases';
import { agreedStateOf, type Invariant, type Order, type OrderState, type Violation } from './case';

export const events: Invariant = {
  title:
    'the log of each order is numbered without a gap and ends as the order did; who listened heard each event once, in order',
  *check({ evidence, heard }, orders) {
    const logs = new Map<string, LoggedEvent[]>();
    for (const event of heard.log.toSorted((a, b) => a.n - b.n))
      logs.set(event.orderId, [...(logs.get(event.orderId) ?? []), event]);
    for (const order of orders) {
      const { orderId } = order;
      const log = logs.get(orderId) ?? [];
      const isRated = evidence.ratings.some((rating) => rating.orderId === orderId);
      if (order.record) for (const what of checkLog(order, log, isRated)) yield { orderId, what };
      const ids = heard.customers[orderId];
      if (ids) yield* compareHeard('the customer', orderId, log, ids);
    }
    yield* checkOperator(heard.log, heard.operator);
  },
};

const finalOf: Record<OrderState, string | undefined> = {
  delivered: 'delivered',
  cancelled: 'cancelled',
  rejected: 'rejected',
  'on the way': undefined,
};
const finalTypes = new Set(Object.values(finalOf));

function* checkLog(order: Order, log: LoggedEvent[], isRated: boolean): Iterable<string> {
  const numbers = log.map(({ n }) => n);
  if (numbers.some((n, place) => n !== place + 1)) yield `its events are numbered ${numbers.join(' ')}`;
  const types = log.map(({ type }) => type);
  const told = types.join(', ') || 'nothing';
  if (types[0] !== 'placed') yield `its log does not begin with placed: ${told}`;
  const finals = types.filter((type) => finalTypes.has(type));
  if (finals.length > 1) yield `it ends more than once: ${told}`;
  const state = agreedStateOf(order);
  if (state && finals.at(-1) !== finalOf[state]) yield `it is ${state}, and its log says ${told}`;
  const behind = types.slice(types.findIndex((type) => finalTypes.has(type)) + 1);
  if (finals.length > 0 && behind.some((type) => type !== 'rated')) yield `its log goes on behind its end: ${told}`;
  if (types.includes('rated') !== isRated) yield `it is ${isRated ? '' : 'not '}rated, and its log says ${told}`;
}

/** The operator's stream has the order of the positions, and so has each order in it. */
function* checkOperator(all: LoggedEvent[], ids: string[]): Iterable<Violation> {
  for (const { orderId, n, position } of all)
    if (position === null) yield { orderId, what: `its event ${n} was never published` };
  const expected = all.toSorted((a, b) => Number(a.position) - Number(b.position));
  const place = expected.findIndex((event, index) => idOf(event) !== ids[index]);
  const next = expected[place];
  if (next)
    yield { orderId: next.orderId, what: `the operator heard ${ids[place] ?? 'nothing'} instead of ${idOf(next)}` };
  else if (ids.length > expected.length)
    yield { what: `the operator heard ${ids[expected.length]}, which is in no log` };
}

function* compareHeard(who: string, orderId: string, log: LoggedEvent[], ids: string[]): Iterable<Violation> {
  const numbers = (each: string[]) => each.map((id) => id.replace(`${orderId}:`, '')).join(' ') || 'nothing';
  const [expected, found] = [numbers(log.map(idOf)), numbers(ids)];
  if (expected !== found) yield { orderId, what: `${who} heard ${found}; its log has ${expected}` };
}

const idOf = ({ orderId, n }: LoggedEvent): string => `${orderId}:${n}`;
