import { deliveryStatuses, orderStatuses } from '../../../contracts/states';
import { courseOf, type OldCourse } from './course';

const hindrance = { kind: 'cancelled-before', reason: 'too long ago' } as const;
const normal: OldCourse = { order: 'CONFIRMED', delivery: 'DELIVERED', isRecorded: true, hasItems: true };

type Expected = [order: string, delivery: string | null, stage: string | null, oddities: string[]];
test.each<[string, Partial<OldCourse>, Expected]>([
  ['a delivered order', {}, ['CONFIRMED', 'DELIVERED', null, []]],
  ['a cancelled one', { order: 'CANCELLED', delivery: null }, ['CANCELLED', null, null, []]],
  ['a PENDING one', { order: 'PENDING', delivery: null }, ['PENDING', null, 'placed', []]],
  ['an assigned one', { delivery: 'PENDING' }, ['CONFIRMED', 'PENDING', 'confirmed', []]],
  ['one picked up', { delivery: 'PICKED_UP' }, ['CONFIRMED', 'PICKED_UP', 'confirmed', []]],
  ['one without an assignment', { delivery: null }, ['CONFIRMED', null, 'confirmed', ['confirmed-without-delivery']]],
  [
    'a PENDING one with an assignment',
    { order: 'PENDING', delivery: 'PENDING' },
    ['CONFIRMED', 'PENDING', 'confirmed', ['delivery-of-pending-order']],
  ],
  [
    'a cancelled one with an assignment',
    { order: 'CANCELLED', delivery: 'PENDING' },
    ['CANCELLED', 'CANCELLED', null, ['delivery-of-cancelled-order']],
  ],
  [
    'a cancelled one that was delivered',
    { order: 'CANCELLED' },
    ['CONFIRMED', 'DELIVERED', null, ['delivered-though-cancelled']],
  ],
  [
    'one whose assignment is cancelled',
    { delivery: 'CANCELLED' },
    ['CANCELLED', 'CANCELLED', null, ['cancelled-by-delivery']],
  ],
  [
    'one that only the user side knows',
    { order: null, delivery: null, hasItems: false },
    ['CANCELLED', null, null, ['unknown-to-restaurant']],
  ],
  [
    'one that the restaurant side does not know, picked up',
    { order: null, delivery: 'PICKED_UP', hasItems: false },
    ['CONFIRMED', 'PICKED_UP', 'confirmed', ['unknown-to-restaurant']],
  ],
  [
    'one that the user side does not know',
    { isRecorded: false },
    ['CONFIRMED', 'DELIVERED', null, ['unknown-to-user']],
  ],
  [
    'an assignment alone',
    { order: null, isRecorded: false, delivery: 'PENDING', hasItems: false },
    ['CANCELLED', 'CANCELLED', null, ['unknown-to-both']],
  ],
  [
    'one without items',
    { delivery: 'PENDING', hasItems: false },
    ['CANCELLED', 'CANCELLED', null, ['order-without-items']],
  ],
  [
    'one without items, picked up',
    { delivery: 'PICKED_UP', hasItems: false },
    ['CONFIRMED', 'PICKED_UP', 'confirmed', ['order-without-items']],
  ],
  ['an old one', { delivery: 'PENDING', hindrance }, ['CANCELLED', 'CANCELLED', null, ['cancelled-before']]],
  ['an old one, picked up', { delivery: 'PICKED_UP', hindrance }, ['CONFIRMED', 'PICKED_UP', 'confirmed', []]],
  ['an old one, delivered', { hindrance }, ['CONFIRMED', 'DELIVERED', null, []]],
])('the course of %s', (_, old, [order, delivery, stage, oddities]) => {
  expect(courseOf({ ...normal, ...old })).toMatchObject({ order, delivery, stage, oddities });
});

const booleans = [true, false];
const every: OldCourse[] = [null, ...orderStatuses].flatMap((order) =>
  [null, ...deliveryStatuses].flatMap((delivery) =>
    booleans.flatMap((isRecorded) =>
      booleans.flatMap((hasItems) =>
        [undefined, hindrance].map((each) => ({ order, delivery, isRecorded, hasItems, hindrance: each })),
      ),
    ),
  ),
);

test.each(every.filter(({ order, delivery, isRecorded }) => order || delivery || isRecorded))(
  'any course is one that our services lead to: %j',
  (old) => {
    const { order, delivery, stage, oddities } = courseOf(old);
    if (order === 'CANCELLED') expect([null, 'CANCELLED']).toContain(delivery);
    else expect(delivery).not.toBe('CANCELLED');
    if (order === 'PENDING') expect(delivery).toBeNull();
    const hasEnded = order === 'CANCELLED' || delivery === 'DELIVERED';
    expect(stage).toBe(hasEnded ? null : order === 'PENDING' ? 'placed' : 'confirmed');
    if (old.delivery === 'DELIVERED') expect(delivery).toBe('DELIVERED');
    const isChanged = order !== old.order || delivery !== old.delivery;
    if (isChanged) expect(oddities.length).toBeGreaterThan(0); // nothing is changed in silence
  },
);
