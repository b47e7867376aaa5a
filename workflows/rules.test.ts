/** The whole of an order's rules: every state that an order can be in, every command. */
import { deliveryStatuses, orderStatuses } from '../contracts/states';
import type { OrderCommand, RefusalCode } from '../contracts/workflow';
import { after, judge, judgeEnded, stops, type OrderFacts } from './rules';

const commands: Record<string, OrderCommand> = {
  confirm: { kind: 'decide', status: 'CONFIRMED' },
  refuse: { kind: 'decide', status: 'CANCELLED' },
  'refuse, with a reason': { kind: 'decide', status: 'CANCELLED', reason: 'the oven broke' },
  'pick up': { kind: 'moveDelivery', status: 'PICKED_UP' },
  deliver: { kind: 'moveDelivery', status: 'DELIVERED' },
  'give up': { kind: 'moveDelivery', status: 'CANCELLED' },
  cancel: { kind: 'cancel' },
  'ask for an agent': { kind: 'askAgent' },
};

const given = (state: string): OrderFacts => {
  const [status, delivery] = state.split(' / ');
  return {
    status: orderStatuses.find((known) => known === status) ?? 'PENDING',
    delivery: deliveryStatuses.find((known) => known === delivery) ?? null,
  };
};

const noDecision = 'DECISION_NOT_ALLOWED';
const illegal = 'ILLEGAL_TRANSITION';
const late = 'CANCEL_TOO_LATE';
const early = 'NOT_CONFIRMED';
const has = 'ALREADY_ASSIGNED';
/** `ok`: allowed; `same`: a repeat; else why it is refused. */
type Word = 'ok' | 'same' | RefusalCode;

/** The verdict while the order is under way. Columns: confirm, refuse, refuse with a reason, pick up, deliver, give up, cancel, ask for an agent. */
const table: Record<string, [Word, Word, Word, Word, Word, Word, Word, Word]> = {
  'PENDING / none': ['ok', 'ok', 'ok', illegal, illegal, illegal, 'ok', early],
  'CONFIRMED / none': ['same', noDecision, 'ok', 'ok', illegal, 'ok', 'ok', 'ok'],
  'CONFIRMED / PENDING': ['same', noDecision, 'ok', 'ok', illegal, 'ok', 'ok', has],
  'CONFIRMED / PICKED_UP': ['same', noDecision, noDecision, 'same', 'ok', 'ok', late, has],
  'CONFIRMED / DELIVERED': ['same', noDecision, noDecision, illegal, 'same', illegal, late, has],
  'CONFIRMED / CANCELLED': ['same', noDecision, 'ok', illegal, illegal, 'same', 'ok', has],
  'CANCELLED / none': [noDecision, 'same', 'same', illegal, illegal, 'same', 'same', early],
  'CANCELLED / PENDING': [noDecision, 'same', 'same', illegal, illegal, 'same', 'same', has],
  'CANCELLED / PICKED_UP': [noDecision, 'same', 'same', 'same', illegal, 'same', 'same', has],
  'CANCELLED / DELIVERED': [noDecision, 'same', 'same', illegal, 'same', 'same', 'same', has],
  'CANCELLED / CANCELLED': [noDecision, 'same', 'same', illegal, illegal, 'same', 'same', has],
};

const rows = Object.entries(table).flatMap(([state, words]) =>
  Object.keys(commands).map((name, column) => ({ state, command: name, word: words[column] as Word })),
);

const wordOf = (verdict: ReturnType<typeof judge>): Word =>
  verdict.verdict === 'allowed' ? 'ok' : verdict.verdict === 'repeat' ? 'same' : verdict.code;
const command = (name: string): OrderCommand => commands[name] as OrderCommand;

test('the table holds every state; an order has a delivery only once it has been confirmed', () => {
  const possible = orderStatuses.flatMap((status) =>
    (status === 'PENDING' ? [null] : [null, ...deliveryStatuses]).map((delivery) => ({ status, delivery })),
  );
  expect(Object.keys(table).map(given)).toEqual(expect.arrayContaining(possible));
  expect(Object.keys(table)).toHaveLength(possible.length);
});

describe('an order under way', () => {
  test.each(rows)('given $state, when asked to $command, then $word', ({ state, command: name, word }) => {
    expect(wordOf(judge(given(state), command(name)))).toBe(word);
  });

  test.each(rows.filter(({ word }) => word !== 'ok' && word !== 'same'))(
    'given $state, when asked to $command, then the refusal says why',
    ({ state, command: name }) => {
      expect(judge(given(state), command(name))).toMatchObject({
        message: expect.stringMatching(/^[A-Z].+\.$/) as unknown,
      });
    },
  );
});

describe('an order that has ended', () => {
  const refusals = { decide: noDecision, moveDelivery: illegal, cancel: late, askAgent: has } as const;

  test.each(rows)(
    'given $state, when asked to $command, then only a repeat succeeds',
    ({ state, command: name, word }) => {
      const expected = word === 'ok' ? refusals[command(name).kind] : word;
      expect(wordOf(judgeEnded(given(state), command(name)))).toBe(expected);
    },
  );
});

describe('a command that is carried out', () => {
  /** The state that each allowed command leads to. */
  const leads: [string, string, string][] = [
    ['PENDING / none', 'confirm', 'CONFIRMED / none'],
    ['PENDING / none', 'refuse', 'CANCELLED / none'],
    ['PENDING / none', 'refuse, with a reason', 'CANCELLED / none'],
    ['PENDING / none', 'cancel', 'CANCELLED / none'],
    ['CONFIRMED / none', 'refuse, with a reason', 'CANCELLED / none'],
    ['CONFIRMED / none', 'pick up', 'CONFIRMED / PICKED_UP'],
    ['CONFIRMED / none', 'give up', 'CANCELLED / none'],
    ['CONFIRMED / none', 'cancel', 'CANCELLED / none'],
    ['CONFIRMED / none', 'ask for an agent', 'CONFIRMED / none'],
    ['CONFIRMED / PENDING', 'refuse, with a reason', 'CANCELLED / CANCELLED'],
    ['CONFIRMED / PENDING', 'pick up', 'CONFIRMED / PICKED_UP'],
    ['CONFIRMED / PENDING', 'give up', 'CANCELLED / CANCELLED'],
    ['CONFIRMED / PENDING', 'cancel', 'CANCELLED / CANCELLED'],
    ['CONFIRMED / PICKED_UP', 'deliver', 'CONFIRMED / DELIVERED'],
    ['CONFIRMED / PICKED_UP', 'give up', 'CANCELLED / CANCELLED'],
    ['CONFIRMED / CANCELLED', 'refuse, with a reason', 'CANCELLED / CANCELLED'],
    ['CONFIRMED / CANCELLED', 'cancel', 'CANCELLED / CANCELLED'],
  ];

  test.each(leads)('given %s, when asked to %s, then it is %s', (from, name, to) => {
    expect(after(given(from), command(name))).toEqual(given(to));
  });

  test('leads somewhere from wherever it is allowed', () => {
    const allowed = rows.filter(({ word }) => word === 'ok').map((row) => [row.state, row.command]);
    expect(leads.map(([from, name]) => [from, name])).toEqual(allowed);
  });

  const lasting = leads.filter(([, name]) => name !== 'ask for an agent'); // to ask again is to ask once more

  test.each(lasting)('given %s, when %s is repeated, then it is a success that changes nothing', (from, name) => {
    expect(judge(after(given(from), command(name)), command(name))).toEqual({ verdict: 'repeat' });
  });
});

test.each([
  ['confirm', false],
  ['refuse', true],
  ['refuse, with a reason', true],
  ['pick up', false],
  ['deliver', false],
  ['give up', true],
  ['cancel', true],
  ['ask for an agent', false],
])('%s ends the order early: %s', (name, early) => {
  expect(stops(command(name))).toBe(early);
});
