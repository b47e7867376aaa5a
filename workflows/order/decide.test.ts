/** The lifecycle rules of an order: every state, every command, every author; and the state that each decision leads to. */
import { deliveryStatuses, orderStatuses, type Decision, type OrderStatus } from '../../contracts/states';
import type { Author, OrderCommand, RefusalCode } from '../../contracts/workflow';
import { decide, decideEnded, isRefused, isRepeat, stopReasonOf, type Decided } from './decide';
import { evolve } from './evolve';
import { initialState, type OrderState } from './state';

const anOrder = initialState({
  order: {
    order_id: 'order',
    user_id: 'user',
    placed_at: '2026-01-01T12:00:00.000Z',
    status: 'PENDING',
    restaurants: [],
  },
  bodyHash: 'hash',
});
/** The state after the command has been carried out. */
const after = (state: OrderState, command: OrderCommand): OrderState => {
  const decided = decide(state, command);
  return isRefused(decided) ? state : decided.events.reduce(evolve, state);
};

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

const given = (state: string): OrderState => {
  const [status, delivery] = state.split(' / ');
  return {
    ...anOrder,
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

const wordOf = (decided: Decided): Word => (isRefused(decided) ? decided.refused : isRepeat(decided) ? 'same' : 'ok');
const command = (name: string): OrderCommand => commands[name] as OrderCommand;

test('the table contains every state; only an order that was confirmed has a delivery', () => {
  const possible = orderStatuses.flatMap((status) =>
    (status === 'PENDING' ? [null] : [null, ...deliveryStatuses]).map((delivery) => ({ status, delivery })),
  );
  const states = Object.keys(table)
    .map((state) => given(state))
    .map(({ status, delivery }) => ({ status, delivery }));
  expect(states).toEqual(expect.arrayContaining(possible));
  expect(Object.keys(table)).toHaveLength(possible.length);
});

describe('a running order', () => {
  test('whose delivery is uncertain accepts its delivery before it has an agent', () => {
    const adopted: OrderState = { ...given('CONFIRMED / none'), deliveryUncertain: true };
    expect(wordOf(decide(adopted, command('deliver')))).toBe('ok');
    expect(wordOf(decide({ ...adopted, delivery: 'PENDING' }, command('deliver')))).toBe(illegal);
    expect(wordOf(decide({ ...adopted, status: 'CANCELLED' }, command('deliver')))).toBe(illegal);
  });

  test.each(rows)('given $state, when asked to $command, then $word', ({ state, command: name, word }) => {
    expect(wordOf(decide(given(state), command(name)))).toBe(word);
  });

  test.each(rows.filter(({ word }) => word !== 'ok' && word !== 'same'))(
    'given $state, when asked to $command, then the refusal says why',
    ({ state, command: name }) => {
      expect(decide(given(state), command(name))).toMatchObject({
        message: expect.stringMatching(/^[A-Z].+\.$/) as unknown,
      });
    },
  );
});

describe('an order that has ended', () => {
  const refusals: Partial<Record<OrderCommand['kind'], Word>> = {
    decide: noDecision,
    cancel: late,
    askAgent: has,
  };

  test.each(rows)(
    'given $state, when asked to $command, then only a repeat succeeds',
    ({ state, command: name, word }) => {
      const expected = word === 'ok' ? (refusals[command(name).kind] ?? illegal) : word;
      expect(wordOf(decideEnded(given(state), command(name)))).toBe(expected);
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
    const { status, delivery } = given(to);
    expect(after(given(from), command(name))).toMatchObject({ status, delivery });
  });

  test('has a target state wherever it is allowed', () => {
    const allowed = rows.filter(({ word }) => word === 'ok').map((row) => [row.state, row.command]);
    expect(leads.map(([from, name]) => [from, name])).toEqual(allowed);
  });

  // A repeated request searches again, and the next agent may hand the job back too.
  const lasting = leads.filter(([, name]) => !['ask for an agent', 'hand back'].includes(name));

  test.each(lasting)('given %s, when %s is repeated, then it is a success that changes nothing', (from, name) => {
    expect(wordOf(decide(after(given(from), command(name)), command(name)))).toBe('same');
  });

  test.each(leads)('given %s, when asked to %s, then it ends the order if that leads to %s', (from, name, to) => {
    expect(stopReasonOf(decide(given(from), command(name))) !== undefined).toBe(to.startsWith('CANCELLED'));
  });
});

describe('an order of two restaurants', () => {
  const decision = (status: Decision, restaurant_id?: string, reason?: string): OrderCommand => {
    return { kind: 'decide', status, restaurant_id, reason };
  };
  const order = (a: OrderStatus, b: OrderStatus, more: Partial<OrderState> = {}): OrderState => {
    const status = a === 'CONFIRMED' && b === 'CONFIRMED' ? 'CONFIRMED' : 'PENDING';
    return { ...anOrder, status, parts: { a, b }, ...more };
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
    expect(wordOf(decide(facts, command))).toBe('ok');
    expect(after(facts, command)).toMatchObject({ status, parts: { a, b } });
    expect(wordOf(decide(after(facts, command), command))).toBe('same');
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
    expect(wordOf(decide(facts, command))).toBe(code);
  });
});

describe('a decline', () => {
  const facts: OrderState = {
    ...given('CONFIRMED / PENDING'),
    agent: { agent_id: 'asha', agent_name: 'Asha' },
    declinedBy: ['ben'],
  };

  test('leaves the order without an agent, and excludes the agent from the next search', () => {
    expect(after(facts, { kind: 'decline', agent_id: 'asha' })).toMatchObject({
      delivery: null,
      agent: null,
      declinedBy: ['ben', 'asha'],
    });
  });

  test.each([
    ['without an agent', undefined, 'ok'],
    ['by the assigned agent', 'asha', 'ok'],
    ['by an agent who has already declined', 'ben', 'same'],
    ['by another agent', 'cleo', illegal],
  ])('%s (%s) is %s', (_who, agent_id, word) => {
    expect(wordOf(decide(facts, { kind: 'decline', agent_id }))).toBe(word);
  });
});

describe('an author', () => {
  const asha = { agent_id: 'asha', agent_name: 'Asha' };
  const assigned: OrderState = {
    ...given('CONFIRMED / PENDING'),
    agent: asha,
    parts: { a: 'CONFIRMED', b: 'CONFIRMED' },
  };
  const pickedUp = after(assigned, { kind: 'moveDelivery', status: 'PICKED_UP' });
  const handedBack = after(assigned, { kind: 'decline', agent_id: 'asha' });
  const pending: OrderState = { ...anOrder, parts: { a: 'PENDING', b: 'PENDING' } };
  const customer = (user_id: string): Author => ({ role: 'customer', user_id });
  const courier = (agent_id: string): Author => ({ role: 'courier', agent_id });
  const restaurant = (...restaurant_ids: string[]): Author => ({ role: 'restaurant', restaurant_ids });
  const pickUp = { kind: 'moveDelivery', status: 'PICKED_UP' } as const;
  const deliver = { kind: 'moveDelivery', status: 'DELIVERED' } as const;
  const cancelDelivery = { kind: 'moveDelivery', status: 'CANCELLED' } as const;
  const confirm = { kind: 'decide', status: 'CONFIRMED' } as const;

  test.each<[string, OrderState, OrderCommand, Author | undefined, Word]>([
    ['the customer cancels', pending, { kind: 'cancel' }, customer('user'), 'ok'],
    ['another customer cancels', pending, { kind: 'cancel' }, customer('another'), 'NOT_FOUND'],
    ['the agent picks up', assigned, pickUp, courier('asha'), 'ok'],
    [
      'another courier, who may have got the job unknown to the order, picks up',
      assigned,
      pickUp,
      courier('ben'),
      'ok',
    ],
    ['another courier delivers', pickedUp, deliver, courier('ben'), 'NOT_FOUND'],
    ['another courier cancels after the pick-up', pickedUp, cancelDelivery, courier('ben'), 'NOT_FOUND'],
    ['the author of another build', assigned, pickUp, { role: 'robot' } as unknown as Author, 'NOT_FOUND'],
    ['a courier whose job the order does not know yet picks up', handedBack, pickUp, courier('ben'), 'ok'],
    ['a courier who has handed back picks up', handedBack, pickUp, courier('asha'), 'NOT_FOUND'],
    ['a courier who has handed back cancels', handedBack, cancelDelivery, courier('asha'), 'NOT_FOUND'],
    ['a courier hands back again', handedBack, { kind: 'decline', agent_id: 'asha' }, courier('asha'), 'same'],
    ['another courier hands back', assigned, { kind: 'decline', agent_id: 'ben' }, courier('ben'), illegal],
    ['a restaurant decides on its part', pending, { ...confirm, restaurant_id: 'a' }, restaurant('a'), 'ok'],
    [
      "a restaurant decides on another's part",
      pending,
      { ...confirm, restaurant_id: 'b' },
      restaurant('a'),
      'UNKNOWN_RESTAURANT',
    ],
    ['a restaurant decides on all parts', pending, confirm, restaurant('a'), 'FORBIDDEN'],
    ['a restaurant with all parts decides on the order', pending, confirm, restaurant('a', 'b'), 'ok'],
    ['an operator decides on the order', pending, confirm, undefined, 'ok'],
    ['an operator moves the delivery', assigned, pickUp, undefined, 'ok'],
  ])('%s', (_what, state, command, by, word) => {
    expect(wordOf(decide(state, { ...command, by }))).toBe(word);
  });
});
