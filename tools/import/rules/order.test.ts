import fc from 'fast-check';
import { Decimal } from '@prisma/client/runtime/client';
import { deliveryStatuses, orderStatuses } from '../../../contracts/states';
import { id as idSchema } from '../../../contracts/values';
import type { OldOrder } from '../old/by-order';
import { createNotes } from '../oddities';
import { oneForEachAgent, waiting } from './agents';
import { createCatalog } from './catalog';
import { orderOf, type NewOrder } from './order';
import type { NewDelivery } from './rows';

const key = '11111111-1111-4111-8111-111111111111';
const agent = '22222222-2222-4222-8222-222222222222';
const time = '2026-03-29 01:30:00';

function convert(old: OldOrder) {
  const { note, all } = createNotes();
  const context = {
    catalog: createCatalog(),
    agents: new Map([[agent, 'Asha']]),
    cancelBefore: null,
    longBefore: '',
    note,
  };
  return {
    order: orderOf(old, context),
    standIns: context.catalog.takeStandIns(),
    oddities: all().map(({ kind }) => kind),
  };
}

const someId = fc.constantFrom(
  ...['a', 'b', 'c'].map((name) => `3333333${name}-3333-4333-8333-333333333333`),
  'no uuid',
);
const number = fc.oneof(fc.double(), fc.double({ min: 0, max: 20 }), fc.integer({ min: -1, max: 7 }));
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const status = fc.constantFrom(...orderStatuses);
const times = { placed_at: fc.constant(time), updated_at: fc.constantFrom(time, 'infinity') };

/** What the old tables could hold of one order. */
const oldOrder: fc.Arbitrary<OldOrder> = fc
  .record({
    key: fc.constant(key),
    records: fc.array(
      fc.record({
        key: fc.constant(key),
        id: someId,
        user_id: someId,
        order_id: fc.constant(key),
        rating_id: orNull(someId),
        order_rating: number,
        agent_rating: number,
      }),
      { maxLength: 2 },
    ),
    groups: fc.array(
      fc.record({
        key: fc.constant(key),
        id: fc.constant(key),
        user_id: someId,
        status,
        rating: orNull(number),
        ...times,
      }),
      { maxLength: 1 },
    ),
    parts: fc.array(
      fc.record({ key: fc.constant(key), id: someId, user_id: someId, status, restaurant_id: someId, ...times }),
      { maxLength: 3 },
    ),
    items: fc.array(
      fc.record({
        key: fc.constant(key),
        id: someId,
        order_id: someId,
        menu_item_id: someId,
        quantity: fc.integer({ min: -1, max: 20_000 }),
        price: number,
      }),
      { maxLength: 5 },
    ),
    deliveries: fc.array(
      fc.record({
        key: fc.constant(key),
        id: someId,
        orderId: fc.constant(key),
        agentId: fc.constantFrom(agent, 'nobody'),
        status: fc.constantFrom(...deliveryStatuses),
        assignedAt: fc.constant(time),
        completedAt: fc.constant(null),
        rating: orNull(number),
      }),
      { maxLength: 1 },
    ),
  })
  .filter(({ records, groups, deliveries }) => records.length + groups.length + deliveries.length > 0)
  .map((order) => (order.groups.length > 0 ? order : { ...order, parts: [], items: [] }));

const isRating = (rating: number | null): boolean => rating === null || (rating >= 1 && rating <= 5);
const isMoney = (amount: string | null): boolean => amount === null || /^\d{1,8}\.\d\d$/.test(amount);

/** The constraints of our tables. */
function keepsConstraints({ record, group, delivery, open }: NewOrder): void {
  if (record) {
    expect(record.delivered && record.status === 'CANCELLED').toBe(false);
    expect(isMoney(record.total)).toBe(true);
    expect(isRating(record.rating?.order_rating ?? null) && isRating(record.rating?.agent_rating ?? null)).toBe(true);
    expect(record.total).toBe(group?.total ?? null);
  }
  if (group) {
    expect(group.total !== null || group.status === 'CANCELLED').toBe(true);
    expect(isMoney(group.total) && isRating(group.rating)).toBe(true);
    expect(new Set(group.parts.map(({ restaurant_id }) => restaurant_id)).size).toBe(group.parts.length);
    for (const { items, total } of group.parts) {
      expect(new Set(items.map(({ menu_item_id }) => menu_item_id)).size).toBe(items.length);
      expect(items.every(({ quantity, price }) => quantity > 0 && price.greaterThanOrEqualTo(0))).toBe(true);
      expect(isMoney(total)).toBe(true);
    }
  }
  if (delivery) {
    const { agentId, agentName, assignedAt, completedAt, status: at, rating } = delivery;
    expect((agentId === null) === (agentName === null) && (agentId === null) === (assignedAt === null)).toBe(true);
    expect(agentId !== null || ['PENDING', 'CANCELLED'].includes(at)).toBe(true);
    expect(['DELIVERED', 'CANCELLED'].includes(at)).toBe(completedAt !== null);
    expect(isRating(rating)).toBe(true);
  }
  if (open) expect(idSchema.parse(open.order.order_id)).toBe(open.order.order_id);
}

test('any order becomes rows that our tables accept, and the same ones each time', () => {
  fc.assert(
    fc.property(oldOrder, (old) => {
      const { order, oddities } = convert(old);
      keepsConstraints(order);
      const again = convert(old);
      expect(JSON.stringify(again.order)).toBe(JSON.stringify(order));
      expect(again.oddities).toEqual(oddities);
    }),
    { numRuns: 500 },
  );
});

test('an order that goes on has a record; what is PENDING has items in every part', () => {
  fc.assert(
    fc.property(oldOrder, (old) => {
      const { record, group, open } = convert(old).order;
      if (!open) return;
      expect(record).not.toBeNull();
      if (open.stage === 'placed') expect(group?.parts.every(({ items }) => items.length > 0)).toBe(true);
    }),
  );
});

test('two parts of one restaurant are one, and an item twice shows the first price with the right total', () => {
  const row = { key, user_id: agent, status: 'CONFIRMED' as const, placed_at: time, updated_at: time };
  const restaurant_id = '44444444-4444-4444-8444-444444444444';
  const item = { key, menu_item_id: '55555555-5555-4555-8555-555555555555', quantity: 1 };
  const { order, standIns, oddities } = convert({
    key,
    records: [],
    groups: [{ ...row, id: key, rating: null }],
    parts: ['one', 'two'].map((id) => ({ ...row, id, restaurant_id })),
    items: [
      { ...item, id: 'first', order_id: 'one', price: 4.5 },
      { ...item, id: 'second', order_id: 'two', price: 5 },
    ],
    deliveries: [],
  });
  expect(order.group?.parts).toMatchObject([{ restaurant_id, items: [{ quantity: 2, price: new Decimal(4.5) }] }]);
  expect(order.group?.total).toBe('9.50');
  expect(oddities).toEqual(
    expect.arrayContaining(['part-twice', 'item-twice', 'unknown-restaurant', 'unknown-menu-item']),
  );
  expect(standIns).toMatchObject({
    restaurants: [{ id: restaurant_id, status: 'OFFLINE' }],
    menuItems: [{ restaurant_id }],
  });
});

describe('open deliveries of one agent', () => {
  const job = (id: string, status: 'PENDING' | 'PICKED_UP', requestedAt: string): NewDelivery => ({
    ...{ id, orderId: id, agentId: agent, agentName: 'Asha', status, requestedAt, assignedAt: requestedAt },
    ...{ completedAt: null, rating: null },
  });
  const kept = (...jobs: NewDelivery[]) =>
    oneForEachAgent(jobs, () => undefined).filter(({ agentId }) => agentId !== null);

  test('the oldest stays', () => {
    const [newer, older] = [job('newer', 'PENDING', '2026-01-02'), job('older', 'PENDING', '2026-01-01')];
    expect(kept(newer, older)).toEqual([older]);
  });

  test('the one picked up stays', () => {
    const [older, inTheBag] = [job('older', 'PENDING', '2026-01-01'), job('in the bag', 'PICKED_UP', '2026-01-02')];
    expect(kept(older, inTheBag)).toEqual([inTheBag]);
    expect(waiting(older)).toMatchObject({ status: 'PENDING', agentId: null, assignedAt: null });
  });
});
