import fc from 'fast-check';
import { placeOrderBody } from '../contracts/orders';
import { hashOf } from './placement';

const aPart = fc.record({
  restaurant_id: fc.uuid(),
  items: fc.array(fc.record({ menu_item_id: fc.uuid(), quantity: fc.integer({ min: 1, max: 9 }) }), {
    minLength: 1,
    maxLength: 5,
  }),
});
const shuffled = <T>(values: T[]) => fc.shuffledSubarray(values, { minLength: values.length });

test('the same cart in any order, its lines joined or not, has one hash', () => {
  const aCart = fc.array(aPart, { minLength: 1, maxLength: 4 });
  const twice = aCart.chain((parts) =>
    fc.tuple(
      fc.constant(parts),
      // Each line on its own: the parser merges them.
      shuffled(parts.flatMap(({ restaurant_id, items }) => items.map((item) => ({ restaurant_id, items: [item] })))),
    ),
  );
  const user_id = '00000000-0000-4000-8000-000000000001';
  fc.assert(
    fc.property(twice, ([one, other]) => {
      const [first, second] = [one, other].map((restaurants) => hashOf(placeOrderBody.parse({ user_id, restaurants })));
      expect(second).toBe(first);
    }),
  );
});

test('another customer, quantity, item or choice has another hash', () => {
  const [user_id, other, restaurant_id, menu_item_id] = [1, 2, 3, 4].map(
    (n) => `00000000-0000-4000-8000-00000000000${n}`,
  );
  const body = (change: object = {}, item: object = {}) =>
    hashOf(
      placeOrderBody.parse({
        user_id,
        restaurants: [{ restaurant_id, items: [{ menu_item_id, quantity: 1, ...item }] }],
        ...change,
      }),
    );
  const hashes = [
    body(),
    body({ user_id: other }),
    body({ on_partial_refusal: 'keep_rest' }),
    body({}, { quantity: 2 }),
    body({}, { menu_item_id: other }),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(body({ on_partial_refusal: null })).toBe(body());
});
