/** The lifecycle rules of an order: every state, every command. */
import { deliveryStatuses, orderStatuses, type Decision, type OrderStatus } from '../contracts/states';
import type { OrderCommand, RefusalCode } from '../contracts/workflow';
import { after, judge, judgeEnded, stops, type OrderFacts } from './rules';

const commands: Record<string, OrderCommand> = {
  confirm: { kind: 'decide', status: 'CONFIRMED' },
  refuse: { kind: 'decide', status: 'CANCELLED' },
  'refuse, with a reason': { kind: 'decide', status: 'CANCELLED', reason: 'the oven broke' },
  'pick up': { kind: 'moveDelivery', status: 'PICKED_UP' },
  deliver: { kind: 'moveDelivery', status: 'DELIVERED' },
  'cancel the delivery': { kind: 'moveDelivery', status: 'CANCELLED' },
  cancel: { kind: 'cancel' },
  'ask for an agent': { kind: 'askAgent' },
  'hand back': { kind: 'decline' },
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
const none = 'NO_AGENT_YET';
/** `ok`: allowed; `same`: a repeat; else the refusal's code. */
type Word = 'ok' | 'same' | RefusalCode;

/** The verdicts on a running order. The columns are the commands above, in their order. */
const table: Record<string, [Word, Word, Word, Word, Word, Word, Word, Word, Word]> = {
  'PENDING / none': ['ok', 'ok', 'ok', illegal, illegal, illegal, 'ok', early, none],
  'CONFIRMED / none': ['same', noDecision, 'ok', 'ok', illegal, 'ok', 'ok', 'ok', none],
  'CONFIRMED / PENDING': ['same', noDecision, 'ok', 'ok', illegal, 'ok', 'ok', has, 'ok'],
  'CONFIRMED / PICKED_UP': ['same', noDecision, noDecision, 'same', 'ok', 'ok', late, has, illegal],
  'CONFIRMED / DELIVERED': ['same', noDecision, noDecision, illegal, 'same', illegal, late, has, illegal],
  'CONFIRMED / CANCELLED': ['same', noDecision, 'ok', illegal, illegal, 'same', 'ok', has, illegal],
  'CANCELLED / none': [noDecision, 'same', 'same', illegal, illegal, 'same', 'same', early, illegal],
  'CANCELLED / PENDING': [noDecision, 'same', 'same', illegal, illegal, 'same', 'same', has, illegal],
  'CANCELLED / PICKED_UP': [noDecision, 'same', 'same', 'same', illegal, 'same', 'same', has, illegal],
  'CANCELLED / DELIVERED': [noDecision, 'same', 'same', illegal, 'same', 'same', 'same', has, illegal],
  'CANCELLED / CANCELLED': [noDecision, 'same', 'same', illegal, illegal, 'same', 'same', has, illegal],
};

const rows = Object.entries(table).flatMap(([state, words]) =>
  Object.keys(commands).map((name, column) => ({ state, command: name, word: words[column] as Word })),
);

const wordOf = (verdict: ReturnType<typeof judge>): Word =>
  verdict.verdict === 'allowed' ? 'ok' : verdict.verdict === 'repeat' ? 'same' : verdict.code;
const command = (name: string): OrderCommand => commands[name] as OrderCommand;

test('the table contains every state; only an order that was confirmed has a delivery', () => {
  const possible = orderStatuses.flatMap((status) =>
    (status === 'PENDING' ? [null] : [null, ...deliveryStatuses]).map((delivery) => ({ status, delivery })),
  );
  expect(Object.keys(table).map(given)).toEqual(expect.arrayContaining(possible));
  expect(Object.keys(table)).toHaveLength(possible.length);
});

describe('a running order', () => {
  test('whose delivery is uncertain accepts its delivery before it has an agent', () => {
    const adopted = { ...given('CONFIRMED / none'), deliveryUncertain: true };
    expect(wordOf(judge(adopted, command('deliver')))).toBe('ok');
    expect(wordOf(judge({ ...adopted, delivery: 'PENDING' }, command('deliver')))).toBe(illegal);
    expect(wordOf(judge({ ...adopted, status: 'CANCELLED' }, command('deliver')))).toBe(illegal);
  });

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
  const refusals = {
    decide: noDecision,
    moveDelivery: illegal,
    cancel: late,
    askAgent: has,
    decline: illegal,
  } as const;

  test.each(rows)(
    'given $state, when asked to $command, then only a repeat succeeds',
    ({ state, command: name, word }) => {
      const expected = word === 'ok' ? refusals[command(name).kind] : word;
      expect(wordOf(judgeEnded(given(state), command(name)))).toBe(expected);
    },
  );
});

describe('a command that was carried out', () => {
  /** The state that each allowed command leads to. */
  const leads: [string, string, string][] = [
    ['PENDING / none', 'confirm', 'CONFIRMED / none'],
    ['PENDING / none', 'refuse', 'CANCELLED / none'],
    ['PENDING / none', 'refuse, with a reason', 'CANCELLED / none'],
    ['PENDING / none', 'cancel', 'CANCELLED / none'],
    ['CONFIRMED / none', 'refuse, with a reason', 'CANCELLED / none'],
    ['CONFIRMED / none', 'pick up', 'CONFIRMED / PICKED_UP'],
    ['CONFIRMED / none', 'cancel the delivery', 'CANCELLED / none'],
    ['CONFIRMED / none', 'cancel', 'CANCELLED / none'],
    ['CONFIRMED / none', 'ask for an agent', 'CONFIRMED / none'],
    ['CONFIRMED / PENDING', 'refuse, with a reason', 'CANCELLED / CANCELLED'],
    ['CONFIRMED / PENDING', 'pick up', 'CONFIRMED / PICKED_UP'],
    ['CONFIRMED / PENDING', 'cancel the delivery', 'CANCELLED / CANCELLED'],
    ['CONFIRMED / PENDING', 'cancel', 'CANCELLED / CANCELLED'],
    ['CONFIRMED / PENDING', 'hand back', 'CONFIRMED / none'],
    ['CONFIRMED / PICKED_UP', 'deliver', 'CONFIRMED / DELIVERED'],
    ['CONFIRMED / PICKED_UP', 'cancel the delivery', 'CANCELLED / CANCELLED'],
    ['CONFIRMED / CANCELLED', 'refuse, with a reason', 'CANCELLED / CANCELLED'],
    ['CONFIRMED / CANCELLED', 'cancel', 'CANCELLED / CANCELLED'],
  ];

  test.each(leads)('given %s, when asked to %s, then it is %s', (from, name, to) => {
    expect(after(given(from), command(name))).toMatchObject(given(to));
  });

  test('has a target state wherever it is allowed', () => {
    const allowed = rows.filter(({ word }) => word === 'ok').map((row) => [row.state, row.command]);
    expect(leads.map(([from, name]) => [from, name])).toEqual(allowed);
  });

  // A repeated request searches again, and the next agent may hand the job back too.
  const lasting = leads.filter(([, name]) => !['ask for an agent', 'hand back'].includes(name));

  test.each(lasting)('given %s, when %s is repeated, then it is a success that changes nothing', (from, name) => {
    expect(judge(after(given(from), command(name)), command(name))).toEqual({ verdict: 'repeat' });
  });

  test.each(leads)('given %s, when asked to %s, then it ends the order if that leads to %s', (from, name, to) => {
    expect(stops(given(from), command(name))).toBe(to.startsWith('CANCELLED'));
  });
});

describe('an order of two restaurants', () => {
  const decision = (status: Decision, restaurant_id?: string, reason?: string): OrderCommand => {
    return { kind: 'decide', status, restaurant_id, reason };
  };
  const order = (a: OrderStatus, b: OrderStatus, more: Partial<OrderFacts> = {}): OrderFacts => {
    const status = a === 'CONFIRMED' && b === 'CONFIRMED' ? 'CONFIRMED' : 'PENDING';
    return { status, delivery: null, parts: { a, b }, ...more };
  };
  const keepRest = true;

  test.each([
    [
      'is PENDING until both have confirmed',
      order('PENDING', 'PENDING'),
      decision('CONFIRMED', 'a'),
      'PENDING',
      'CONFIRMED',
      'PENDING',
    ],
    [
      'is CONFIRMED when both have',
      order('CONFIRMED', 'PENDING'),
      decision('CONFIRMED', 'b'),
      'CONFIRMED',
      'CONFIRMED',
      'CONFIRMED',
    ],
    [
      'is CONFIRMED by a decision on the whole order',
      order('CONFIRMED', 'PENDING'),
      decision('CONFIRMED'),
      'CONFIRMED',
      'CONFIRMED',
      'CONFIRMED',
    ],
    [
      'is CANCELLED when one refuses',
      order('CONFIRMED', 'PENDING'),
      decision('CANCELLED', 'b'),
      'CANCELLED',
      'CANCELLED',
      'CANCELLED',
    ],
    [
      'waits for the other restaurant if the customer wants the rest',
      order('PENDING', 'PENDING', { keepRest }),
      decision('CANCELLED', 'b'),
      'PENDING',
      'PENDING',
      'CANCELLED',
    ],
    [
      'is CONFIRMED without the part that is refused',
      order('CONFIRMED', 'PENDING', { keepRest }),
      decision('CANCELLED', 'b'),
      'CONFIRMED',
      'CONFIRMED',
      'CANCELLED',
    ],
    [
      'is CANCELLED when no part remains',
      order('PENDING', 'CANCELLED', { keepRest }),
      decision('CANCELLED', 'a'),
      'CANCELLED',
      'CANCELLED',
      'CANCELLED',
    ],
    [
      'has its remaining part confirmed by a decision on the whole order',
      order('PENDING', 'CANCELLED', { keepRest }),
      decision('CONFIRMED'),
      'CONFIRMED',
      'CONFIRMED',
      'CANCELLED',
    ],
    [
      'is CANCELLED by a refusal of the whole order',
      order('CONFIRMED', 'PENDING', { keepRest }),
      decision('CANCELLED'),
      'CANCELLED',
      'CANCELLED',
      'CANCELLED',
    ],
    [
      'continues without a part that is cancelled later',
      order('CONFIRMED', 'CONFIRMED', { keepRest, delivery: 'PENDING' }),
      decision('CANCELLED', 'b', 'no gas'),
      'CONFIRMED',
      'CONFIRMED',
      'CANCELLED',
    ],
  ] as const)('%s', (_what, facts, command, status, a, b) => {
    expect(judge(facts, command)).toEqual({ verdict: 'allowed' });
    expect(after(facts, command)).toMatchObject({ status, parts: { a, b } });
    expect(judge(after(facts, command), command).verdict).toBe('repeat');
  });

  test.each([
    [
      'a restaurant that has no part in it',
      order('PENDING', 'PENDING'),
      decision('CONFIRMED', 'c'),
      'UNKNOWN_RESTAURANT',
    ],
    [
      'a restaurant that has refused',
      order('CANCELLED', 'PENDING', { keepRest }),
      decision('CONFIRMED', 'a'),
      noDecision,
    ],
    [
      'a restaurant that has confirmed, without a reason',
      order('CONFIRMED', 'PENDING'),
      decision('CANCELLED', 'a'),
      noDecision,
    ],
    [
      'a restaurant whose food is on its way',
      order('CONFIRMED', 'CONFIRMED', { keepRest, delivery: 'PICKED_UP' }),
      decision('CANCELLED', 'a', 'no gas'),
      noDecision,
    ],
  ] as const)('refuses the decision of %s', (_what, facts, command, code) => {
    expect(judge(facts, command)).toMatchObject({ verdict: 'refused', code });
  });
});

describe('a decline', () => {
  const facts: OrderFacts = { status: 'CONFIRMED', delivery: 'PENDING', agentId: 'asha', declinedBy: ['ben'] };

  test('leaves the order without an agent, and excludes the agent from the next search', () => {
    expect(after(facts, { kind: 'decline', agent_id: 'asha' })).toMatchObject({
      delivery: null,
      agentId: null,
      declinedBy: ['ben', 'asha'],
    });
  });

  test.each([
    ['without an agent', undefined, 'allowed'],
    ['by the assigned agent', 'asha', 'allowed'],
    ['by an agent who has already declined', 'ben', 'repeat'],
    ['by another agent', 'cleo', 'refused'],
  ])('%s (%s) is %s', (_who, agent_id, verdict) => {
    expect(judge(facts, { kind: 'decline', agent_id }).verdict).toBe(verdict);
  });
});
