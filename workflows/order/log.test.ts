/** Given the events of an order, then its log is this. */
import type { OrderEvent } from './events';
import { evolve } from './evolve';
import { logOf } from './log';
import { initialState } from './state';

const at = '2026-01-01T12:30:00.000Z';
const placedAt = '2026-01-01T12:00:00.000Z';
const asha = { agent_id: 'asha', agent_name: 'Asha' };
const order = { order_id: 'order', user_id: 'user', placed_at: placedAt, status: 'PENDING' as const };
const twoParts = ['a', 'b'].map((restaurant_id) => ({ restaurant_id, items: [] }));

function logAfter(events: OrderEvent[], restaurants = twoParts) {
  let state = initialState({ order: { ...order, restaurants }, bodyHash: 'hash' });
  return events.flatMap((event) => logOf(event, (state = evolve(state, event)), at));
}

const placed: OrderEvent[] = [{ type: 'placed', restaurants: 2 }, { type: 'recorded' }];
const priced: OrderEvent[] = [...placed, { type: 'accepted', total: '12.50' }];
const confirmed: OrderEvent[] = [...priced, { type: 'confirmed' }];
const assigned = (agent = asha): OrderEvent => ({ type: 'agent-assigned', agent, delivery: 'PENDING', searchedMs: 40 });
const handedBack: OrderEvent = { type: 'handed-back', ...asha, reason: 'a flat tyre' };
const cancelling: OrderEvent = { type: 'cancelling', reason: 'too late', command: 'none' };

const keys = {
  confirmed: ['placed', 'priced', 'secured', 'confirmed'],
};

test.each<[given: string, events: OrderEvent[], keys: string[]]>([
  ['an order that is not priced yet', placed, ['placed']],
  [
    'one that was delivered',
    [...confirmed, assigned(), { type: 'picked-up' }, { type: 'delivering' }, { type: 'delivered' }],
    [...keys.confirmed, 'agent-assigned:asha', 'picked-up', 'delivered'],
  ],
  [
    'one whose agent handed it back',
    [...confirmed, assigned(), handedBack, { type: 'agent-searched' }, assigned({ ...asha, agent_id: 'ben' })],
    [...keys.confirmed, 'agent-assigned:asha', 'handed-back:asha', 'agent-searched:1', 'agent-assigned:ben'],
  ],
  [
    'one that waited for an agent',
    [...confirmed, { type: 'agent-searched' }, { type: 'agent-named', agent: asha }, assigned()],
    [...keys.confirmed, 'agent-searched:0', 'agent-assigned:asha'],
  ],
  [
    'one that was refused in part',
    [
      ...priced,
      { type: 'refused-in-part', restaurant_id: 'b' },
      { type: 'repriced', total: '9.00' },
      { type: 'confirmed' },
    ],
    ['placed', 'priced', 'secured', 'refused-in-part:b', 'confirmed'],
  ],
  [
    'one that was rejected, and is undone',
    [
      ...placed,
      { type: 'rejected', reason: 'no soup' },
      { type: 'stopped', reason: 'no soup' },
      cancelling,
      { type: 'cancelled' },
    ],
    ['placed', 'rejected'],
  ],
  [
    'one that was cancelled, and is undone',
    [...confirmed, cancelling, { type: 'undone', step: 'delivery' }, { type: 'cancelled' }],
    [...keys.confirmed, 'cancelled'],
  ],
  [
    'one that was to be cancelled, and was delivered',
    [...confirmed, assigned(), { type: 'picked-up' }, { type: 'delivered-anyway', reason: 'too late' }],
    [...keys.confirmed, 'agent-assigned:asha', 'picked-up', 'delivered'],
  ],
  [
    'one that is late',
    [...confirmed, assigned(), { type: 'picked-up' }, { type: 'late' }, { type: 'delivered' }],
    [...keys.confirmed, 'agent-assigned:asha', 'picked-up', 'late', 'delivered'],
  ],
  [
    "an old program's, which has a courier already",
    [
      { type: 'adopted', confirmed: true, total: '12.50', reason: null },
      { ...assigned(), delivery: 'PICKED_UP' } as OrderEvent,
    ],
    [...keys.confirmed, 'agent-assigned:asha', 'picked-up'],
  ],
  [
    "an old program's without a known price",
    [{ type: 'adopted', confirmed: true, total: null, reason: null }],
    ['placed', 'confirmed'],
  ],
])('%s', (_given, events, expected) => {
  expect(logAfter(events).map(({ key }) => key)).toEqual(expected);
});

test('an entry has the time, and the state of the order then', () => {
  const log = logAfter([...confirmed, assigned(), { type: 'picked-up' }, { type: 'delivered' }]);
  expect(log.map(({ at: time, data: { status, delivery } }) => [time, status, delivery])).toEqual([
    [placedAt, 'PENDING', null],
    [at, 'PENDING', null],
    [at, 'PENDING', null],
    [at, 'CONFIRMED', null],
    [at, 'CONFIRMED', 'PENDING'],
    [at, 'CONFIRMED', 'PICKED_UP'],
    [at, 'CONFIRMED', 'DELIVERED'],
  ]);
});

test.each<[string, OrderEvent[], object]>([
  ['its restaurants', placed, { restaurant_ids: ['a', 'b'] }],
  ['the price', priced.slice(0, 3), {}],
  ['the new price', [...priced, { type: 'repriced', total: '9.00' }, { type: 'confirmed' }], { total: '9.00' }],
  [
    'who was refused, and why',
    [...priced, { type: 'refused-in-part', restaurant_id: 'b', reason: 'closed' }],
    { restaurant_id: 'b', reason: 'closed' },
  ],
  ['the agent', [...confirmed, assigned()], { agent: asha }],
  [
    'who handed it back, and why',
    [...confirmed, assigned(), handedBack],
    { agent: asha, reason: 'a flat tyre', delivery: null },
  ],
  ['who delivered it', [...confirmed, assigned(), { type: 'picked-up' }, { type: 'delivered' }], { agent: asha }],
  [
    'who cancelled it, and why',
    [...confirmed, assigned(), { ...cancelling, by: 'operator' }],
    { reason: 'too late', by: 'operator', status: 'CANCELLED', delivery: 'CANCELLED' },
  ],
  ['that a limit ended it', [...confirmed, cancelling], { reason: 'too late', by: null, delivery: null }],
])('the last entry tells %s', (_what, events, data) => {
  expect(logAfter(events).at(-1)?.data).toMatchObject(data);
});
