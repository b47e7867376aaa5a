import { addRestaurantBody, changeRestaurantBody } from './restaurants';

const soup = { name: 'Lentil soup', price: 4.5, type: 'VEG' };
const id = '00000000-0000-4000-8000-000000000001';
const restaurant = { name: 'Spice Garden', opening_time: '09:00', closing_time: '22:00', menu: [soup] };

test('the times of a restaurant parse to HH:MM:SS', () => {
  expect(addRestaurantBody.parse(restaurant)).toEqual({
    ...restaurant,
    opening_time: '09:00:00',
    closing_time: '22:00:00',
  });
});

test('a restaurant may close past midnight', () => {
  expect(addRestaurantBody.safeParse({ ...restaurant, closing_time: '02:00' }).success).toBe(true);
});

test.each([
  ['without a name', { name: ' ' }],
  ['that opens when it closes', { closing_time: '09:00:00' }],
  ['with an empty menu', { menu: [] }],
  ['with an item of an unknown type', { menu: [{ ...soup, type: 'FISH' }] }],
  ['with an item for a negative price', { menu: [{ ...soup, price: -1 }] }],
  ['with an item for a fraction of a cent', { menu: [{ ...soup, price: 4.505 }] }],
  ['that opens at 25:00', { opening_time: '25:00' }],
])('a restaurant %s is refused', (_what, fields) => {
  expect(addRestaurantBody.safeParse({ ...restaurant, ...fields }).success).toBe(false);
});

test.each([
  ['without an id adds an item', soup, { kind: 'add', item: soup }],
  ['with an id changes that item', { id, price: 5 }, { kind: 'change', id, fields: { price: 5 } }],
  ['with an id and delete removes it', { id, delete: true }, { kind: 'remove', id }],
])('a menu entry %s', (_what, entry, change) => {
  expect(changeRestaurantBody.parse({ menu: [entry] }).menu).toEqual([change]);
});

test.each([
  ['an unknown field', { rating: 5 }],
  ['a new item without a price', { menu: [{ name: 'Soup', type: 'VEG' }] }],
  ['a removal without an id', { menu: [{ delete: true }] }],
  [
    'an item twice',
    {
      menu: [
        { id, price: 1 },
        { id: 'X', delete: true },
      ],
    },
  ],
  ['an unknown status', { status: 'CLOSED' }],
])('a change with %s is refused', (_what, body) => {
  expect(changeRestaurantBody.safeParse(body).success).toBe(false);
});
