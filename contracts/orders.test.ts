import { decisionBody, mergeRestaurants, ordersQuery, placeOrderBody } from './orders';

const [user, first, second] = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [
  string,
  string,
  string,
];
const [soup, stew] = [8, 9].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [string, string];

const some = (restaurant_id: string, ...items: [string, number][]) => ({
  restaurant_id,
  items: items.map(([menu_item_id, quantity]) => ({ menu_item_id, quantity })),
});

const merges: [string, ReturnType<typeof some>[], ReturnType<typeof some>[]][] = [
  ['nothing', [], []],
  ['one restaurant with two items', [some(first, [soup, 1], [stew, 2])], [some(first, [soup, 1], [stew, 2])]],
  ['an item twice', [some(first, [soup, 1], [stew, 2], [soup, 3])], [some(first, [soup, 4], [stew, 2])]],
  ['a restaurant twice', [some(first, [soup, 1]), some(first, [stew, 2])], [some(first, [soup, 1], [stew, 2])]],
  [
    'a restaurant twice with another between',
    [some(first, [soup, 1]), some(second, [stew, 1]), some(first, [soup, 2])],
    [some(first, [soup, 3]), some(second, [stew, 1])],
  ],
  [
    'the same item at two restaurants',
    [some(first, [soup, 1]), some(second, [soup, 2])],
    [some(first, [soup, 1]), some(second, [soup, 2])],
  ],
];
test.each(merges)(
  'merging %s yields each restaurant and item once, in order of first occurrence, with quantities added',
  (_w, given, merged) => {
    expect(mergeRestaurants(given)).toEqual(merged);
  },
);

test('a placement merges ids that differ only in case', () => {
  const id = 'ABCDEF00-0000-4000-8000-000000000001';
  const body = { user_id: user, restaurants: [some(id, [soup, 1]), some(id.toLowerCase(), [soup, 1])] };
  expect(placeOrderBody.parse(body).restaurants).toEqual([some(id.toLowerCase(), [soup, 2])]);
});

const refused: [string, unknown][] = [
  ['no body', undefined],
  ['no user', { restaurants: [some(first, [soup, 1])] }],
  ['no restaurant', { user_id: user, restaurants: [] }],
  ['a restaurant without items', { user_id: user, restaurants: [some(first)] }],
  ['a quantity of 0', { user_id: user, restaurants: [some(first, [soup, 0])] }],
  ['half a portion', { user_id: user, restaurants: [some(first, [soup, 0.5])] }],
  [
    'an item twice that adds up to too many',
    { user_id: user, restaurants: [some(first, [soup, 6_000], [soup, 6_000])] },
  ],
  ['a malformed item id', { user_id: user, restaurants: [some(first, ['soup', 1])] }],
];
test.each(refused)('a placement with %s is refused', (_what, body) => {
  expect(placeOrderBody.safeParse(body).success).toBe(false);
});

test.each([
  [{ status: 'CONFIRMED' }, true],
  [{ status: 'CANCELLED', reason: 'out of lentils' }, true],
  [{ status: 'CANCELLED', reason: null }, true],
  [{ status: 'PENDING' }, false],
  [{ status: 'confirmed' }, false],
  [{ status: 'CANCELLED', reason: '' }, true],
  [{}, false],
])('a decision %j: valid is %s', (body, valid) => {
  expect(decisionBody.safeParse(body).success).toBe(valid);
});

test('a list of orders without a filter has a limit of 100', () => {
  expect(ordersQuery.parse({})).toEqual({ limit: 100 });
});
