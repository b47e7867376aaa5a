/** Given the events so far, when one more happens, then the state is this. What commands lead to stands in `decide.test.ts`. */
import type { OrderEvent } from './events';
import { evolve } from './evolve';
import { initialState, type OrderState } from './state';

const asha = { agent_id: 'asha', agent_name: 'Asha' };
const ben = { agent_id: 'ben', agent_name: 'Ben' };
const restaurants = ['a', 'b'].map((restaurant_id) => ({ restaurant_id, items: [] }));
const start = initialState({
  order: { order_id: 'order', user_id: 'user', placed_at: '2026-01-01T12:00:00.000Z', status: 'PENDING', restaurants },
  bodyHash: 'hash',
});
const first = { bodyHash: 'hash', placedAt: '2026-01-01T12:00:00.000Z' };
const earlier = { bodyHash: 'hash', placedAt: '2026-01-01T11:00:00.000Z' };

const accepted: OrderEvent = { type: 'accepted', total: '12.50' };
const confirmed: OrderEvent = { type: 'confirmed' };
const assigned: OrderEvent = { type: 'agent-assigned', agent: asha, delivery: 'PENDING', searchedMs: 40 };
const handedBack: OrderEvent = { type: 'handed-back', ...asha };
const stopped: OrderEvent = { type: 'stopped', reason: 'too late' };

test.each<[given: string, events: OrderEvent[], state: Partial<OrderState>]>([
  ['a new order', [], { status: 'PENDING', parts: { a: 'PENDING', b: 'PENDING' }, placement: null, first }],
  ['an accepted placement', [accepted], { total: '12.50', placement: { outcome: 'placed', total: '12.50', ...first } }],
  ['an order that comes too late', [{ type: 'stale' }], { status: 'PENDING', attention: 'STALE', placement: null }],
  ['the same once an operator has confirmed it', [{ type: 'stale' }, { type: 'released' }], { attention: null }],
  ['the same once it is cancelled', [{ type: 'stale' }, stopped, { type: 'cancelled' }], { attention: null }],
  [
    'an accepted placement that was recorded before',
    [{ type: 'recorded', placedAt: earlier.placedAt }, accepted],
    { placement: { outcome: 'placed', total: '12.50', ...earlier } },
  ],
  [
    'a rejected placement',
    [{ type: 'rejected', reason: 'no soup' }],
    { placement: { outcome: 'rejected', reason: 'no soup', ...first } },
  ],
  [
    'an order of an earlier run',
    [{ type: 'placed-before', status: 'CANCELLED', total: '9.00', reason: 'no soup', ...earlier }],
    { status: 'CANCELLED', placement: { outcome: 'settled', total: '9.00', reason: 'no soup', ...earlier } },
  ],
  [
    'an adopted order',
    [{ type: 'adopted', confirmed: true, total: '9.00', reason: null }],
    { status: 'CONFIRMED', parts: { a: 'CONFIRMED', b: 'CONFIRMED' }, deliveryUncertain: true, total: '9.00' },
  ],
  [
    'an order that is adopted to be undone',
    [{ type: 'adopted', confirmed: false, total: null, reason: 'lost' }],
    { status: 'PENDING', deliveryUncertain: false },
  ],
  [
    'a placement that ends before it is answered',
    [{ type: 'ended', outcome: 'CANCELLED', reason: 'too late' }],
    { placement: { outcome: 'cancelled', reason: 'too late', ...first } },
  ],
  [
    'an order that ends after its placement',
    [accepted, { type: 'ended', outcome: 'DELIVERED', reason: null }],
    { placement: { outcome: 'placed', total: '12.50', ...first } },
  ],
  [
    'one of two restaurants confirms',
    [{ type: 'part-confirmed', restaurant_id: 'a' }],
    { status: 'PENDING', parts: { a: 'CONFIRMED', b: 'PENDING' } },
  ],
  [
    'the rest of an order is confirmed',
    [{ type: 'refused-in-part', restaurant_id: 'b' }, confirmed, { type: 'repriced', total: '4.00' }],
    { status: 'CONFIRMED', parts: { a: 'CONFIRMED', b: 'CANCELLED' }, total: '4.00' },
  ],
  ['an agent is assigned', [confirmed, assigned], { agent: asha, delivery: 'PENDING', searchedMs: 40 }],
  [
    'an agent hands the job back',
    [confirmed, assigned, handedBack],
    { agent: null, delivery: null, declinedBy: ['asha'], searchedMs: 40 },
  ],
  ['another agent is named', [confirmed, assigned, { type: 'agent-named', agent: ben }], { agent: asha, named: ben }],
  [
    'an agent is named who has handed the job back',
    [confirmed, assigned, handedBack, { type: 'agent-named', agent: asha }],
    { named: null },
  ],
  [
    'an agent is assigned again after all',
    [confirmed, assigned, handedBack, assigned],
    { agent: asha, declinedBy: [], searchedMs: 80 },
  ],
  ['the delivery is being written', [confirmed, assigned, { type: 'delivering' }], { deliveryUncertain: true }],
  [
    'the delivery was refused',
    [confirmed, assigned, { type: 'delivering' }, { type: 'not-delivered' }],
    { delivery: 'PENDING', deliveryUncertain: false },
  ],
  [
    'a late order is delivered',
    [confirmed, assigned, { type: 'picked-up' }, { type: 'late' }, { type: 'delivered' }],
    { delivery: 'DELIVERED', attention: null },
  ],
  ['a late order', [confirmed, assigned, { type: 'picked-up' }, { type: 'late' }], { attention: 'DELIVERY_LATE' }],
  ['the first reason to stop counts', [stopped, { type: 'stopped', reason: 'another' }], { stopped: 'too late' }],
  [
    'a cancelled order',
    [confirmed, assigned, stopped, { type: 'cancelling', reason: 'too late', command: 'none' }, { type: 'cancelled' }],
    {
      status: 'CANCELLED',
      delivery: 'CANCELLED',
      parts: { a: 'CANCELLED', b: 'CANCELLED' },
      reason: 'too late',
      attention: null,
    },
  ],
  [
    'an order that could not be undone',
    [stopped, { type: 'cancelled', failed: ['restaurant order'] }],
    { status: 'CANCELLED', attention: 'UNDO_FAILING' },
  ],
])('%s', (_given, events, state) => {
  expect(events.reduce(evolve, start)).toMatchObject(state);
});

test('an event that changes no state returns the same state', () => {
  expect(evolve(start, { type: 'signal-ignored', signal: 'deliveryStatus', why: 'malformed' })).toBe(start);
});
