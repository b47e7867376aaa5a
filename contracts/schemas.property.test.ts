/** Every body, query and message: valid input parses as promised, input that is wrong in one place is refused at that place, nothing throws. */
import fc from 'fast-check';
import { anId, anyJson, aQuantity, someRestaurants } from '../tests/fixtures/arbitraries';
import { bodies, brokenAt, queries, queued } from '../tests/fixtures/bodies';
import { isCount, isId, isLine, isLines, isNumber, isPrice, isTime, type Test } from '../tests/fixtures/oracles';
import { placeOrderMessage, type OrderedRestaurant } from './messages';
import { placeOrderBody } from './orders';

const cases = [bodies, queries, queued].flatMap((group) => Object.values(group));

describe.each(cases)('$name', ({ schema, valid, places }) => {
  test('parses valid input and keeps its promises', () => {
    fc.assert(fc.property(valid, (body) => expect(faultsOf(schema.parse(body))).toEqual([])));
  });

  test('ignores or refuses an unknown field, whatever its name', () => {
    fc.assert(
      fc.property(valid, fc.constantFrom('__proto__', 'constructor', 'toString', 'added_later'), (body, name) => {
        const more = JSON.parse(`{"${name}": {"polluted": true}}`) as object;
        const parsed = schema.safeParse(Object.defineProperties({ ...body }, Object.getOwnPropertyDescriptors(more)));
        if (parsed.success) expect(parsed.data).toEqual(schema.parse(body));
        else expect(parsed.error.issues).toMatchObject([{ code: 'unrecognized_keys', keys: [name], path: [] }]);
        expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      }),
    );
  });

  test.each(Object.keys(places))('is refused at %s when only that is wrong', (place) => {
    fc.assert(
      fc.property(brokenAt({ valid, places }, place), ({ body }) => {
        const { error } = schema.safeParse(body);
        expect(error?.issues.map(({ path }) => path.join('.'))).toContain(place);
      }),
      { numRuns: 50 },
    );
  });

  test('never throws, whatever the input, and keeps its promises', () => {
    fc.assert(
      fc.property(anyJson, (body) => {
        const parsed = schema.safeParse(body);
        if (parsed.success) expect(faultsOf(parsed.data)).toEqual([]);
      }),
    );
  });
});

/** Without the change of a restaurant, whose menu is transformed, and without queries, whose strings become numbers. */
const repeatable = [
  ...Object.values(bodies).filter((one) => one !== bodies.restaurantChange),
  ...Object.values(queued),
];
test.each(repeatable)('$name, once parsed, parses to itself', ({ schema, valid }) => {
  fc.assert(
    fc.property(valid, (body) => {
      const read = schema.parse(body);
      expect(schema.parse(read)).toEqual(read);
    }),
    { numRuns: 50 },
  );
});

test.each([bodies.placement, ...Object.values(queued)])('$name has its ids in lower case after parsing', (one) => {
  fc.assert(
    fc.property(one.valid, (body) => {
      const texts = JSON.stringify(one.schema.parse(body)).match(/"[^"]*"/g) ?? [];
      const ids = texts.map((text) => text.slice(1, -1)).filter(isId);
      expect(ids.length).toBeGreaterThan(0);
      expect(ids).toEqual(ids.map((id) => id.toLowerCase()));
    }),
    { numRuns: 50 },
  );
});

describe('a placement', () => {
  const quantities = (restaurants: OrderedRestaurant[]): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const { restaurant_id, items } of restaurants) {
      for (const { menu_item_id, quantity } of items) {
        const key = `${restaurant_id} ${menu_item_id}`.toLowerCase();
        sums.set(key, (sums.get(key) ?? 0) + quantity);
      }
    }
    return sums;
  };

  test('has the same quantities after merging, each restaurant and each of its items once', () => {
    fc.assert(
      fc.property(anId, someRestaurants, (user_id, asked) => {
        const { restaurants } = placeOrderBody.parse({ user_id, restaurants: asked });
        expect(quantities(restaurants)).toEqual(quantities(asked));
        expect(quantities(restaurants).size).toBe(restaurants.flatMap(({ items }) => items).length);
        expect(new Set(restaurants.map(({ restaurant_id }) => restaurant_id)).size).toBe(restaurants.length);
      }),
    );
  });

  test('that the user service accepts is accepted by the restaurant side too, however its entries add up', () => {
    const manyItems = fc
      .tuple(fc.integer({ min: 1, max: 200 }), fc.nat(200), aQuantity)
      .map(([count, first, quantity]) =>
        Array.from({ length: count }, (_item, i) => ({ menu_item_id: nthId(first + i), quantity })),
      );
    const entries = fc.array(fc.record({ restaurant_id: fc.constantFrom(nthId(1), nthId(2)), items: manyItems }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(anId, entries, (user_id, restaurants) => {
        const parsed = placeOrderBody.safeParse({ user_id, restaurants });
        if (!parsed.success) return expect(parsed.error.issues[0]?.path[0]).toBe('restaurants');
        const order = { ...parsed.data, order_id: user_id, placed_at: '2026-03-01T10:00:00Z', status: 'PENDING' };
        expect(placeOrderMessage.safeParse(order).success).toBe(true);
      }),
    );
  });
});

const nthId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** The fields of an output, at any depth, that break the promise of their name. */
function faultsOf(output: unknown, at = ''): string[] {
  if (typeof output !== 'object' || output === null) return [];
  return Object.entries(output).flatMap(([name, value]) => {
    const keeps = Object.hasOwn(promises, name) ? promises[name] : undefined;
    const isFault = keeps && value !== null && value !== undefined && !keeps(value);
    return [...(isFault ? [`${at}${name}: ${String(value)}`] : []), ...faultsOf(value, `${at}${name}.`)];
  });
}

const promises: Record<string, Test> = {
  quantity: isCount,
  name: isLine(200),
  description: isLines(2000),
  userName: isLine(100),
  reason: isLines(500),
  opening_time: (value) => isTime(value) && (value as string).length === 8,
  closing_time: (value) => isTime(value) && (value as string).length === 8,
  placed_at: (value) => new Date(value as string).toISOString() === value,
  price: isPrice,
  order_rating: isNumber(1, 5),
  agent_rating: isNumber(1, 5),
  limit: (value) => Number.isInteger(value) && isNumber(1, 100)(value),
  hour: (value) => typeof value === 'number' && !Number.isNaN(value),
};
