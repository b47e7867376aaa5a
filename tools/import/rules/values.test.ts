import fc from 'fast-check';
import { limits } from '../../../contracts/limits';
import { id as idSchema, timeOfDay } from '../../../contracts/values';
import { createNotes, type OddityKind } from '../oddities';
import { descriptionOf, hoursOf, idOf, nameOf, priceOf, ratingOf, timeOf, totalOf } from './values';

/** The value, and what was noted. */
function noted<T>(make: (note: ReturnType<typeof createNotes>['note']) => T): [T, OddityKind[]] {
  const { note, all } = createNotes();
  return [make(note), all().map(({ kind }) => kind)];
}

describe('an id', () => {
  test('is kept, in lower case', () => {
    const id = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11';
    expect(noted((note) => idOf(id, note))).toEqual([id.toLowerCase(), []]);
  });

  test('of any other text is one UUID, the same each time, and another for another text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        fc.pre(one.toLowerCase() !== other.toLowerCase());
        const [id] = noted((note) => idOf(one, note));
        expect(idSchema.parse(id)).toBe(id);
        expect(noted((note) => idOf(one, note))[0]).toBe(id);
        expect(noted((note) => idOf(other, note))[0]).not.toBe(id);
      }),
    );
  });
});

test.each([
  ['2026-03-29 01:30:00.123', '2026-03-29T01:30:00.123Z', []],
  ['2026-03-29 01:30:00', '2026-03-29T01:30:00.000Z', []],
  ['infinity', '1970-01-01T00:00:00.000Z', ['time-unreadable']],
  ['0044-03-15 12:00:00 BC', '1970-01-01T00:00:00.000Z', ['time-unreadable']],
  ['12026-03-29 01:30:00', '1970-01-01T00:00:00.000Z', ['time-unreadable']],
])('the time %s is %s', (old, time, oddities) => {
  expect(noted((note) => timeOf(old, 'id', note))).toEqual([time, oddities]);
});

test.each([
  [4.5, '4.50', []],
  [0, '0.00', []],
  [0.1 + 0.2, '0.30', ['price-rounded']],
  [8.005, '8.01', ['price-rounded']],
  [1.005, '1.01', ['price-rounded']],
  [1e-7, '0.00', ['price-rounded']],
  [-3, '0.00', ['price-out-of-range']],
  [1e12, '99999999.99', ['price-out-of-range']],
  [Infinity, '99999999.99', ['price-out-of-range']],
  [NaN, '0.00', ['price-out-of-range']],
])('the price %d is %s', (old, price, oddities) => {
  const [decimal, kinds] = noted((note) => priceOf(old, 'id', note));
  expect([decimal.toFixed(2), kinds]).toEqual([price, oddities]);
});

test('a total fits our column', () => {
  const [price] = noted((note) => priceOf(limits.amount, 'id', note));
  expect(noted((note) => totalOf(price, 'id', note))).toEqual(['99999999.99', []]);
  expect(noted((note) => totalOf(price.times(2), 'id', note))).toEqual(['99999999.99', ['total-too-large']]);
});

test.each([
  [null, null, []],
  [1, 1, []],
  [4.5, 4.5, []],
  [0, 1, ['rating-out-of-range']],
  [11, 5, ['rating-out-of-range']],
  [NaN, null, ['rating-not-a-number']],
])('the rating %p is %p', (old, rating, oddities) => {
  expect(noted((note) => ratingOf(old, 'id', note))).toEqual([rating, oddities]);
});

test.each([
  ['Spice Garden', 'Spice Garden', []],
  ['  Spice Garden ', 'Spice Garden', []],
  ['Spice\u001b[31m Garden', 'Spice[31m Garden', ['text-refused']],
  ['\u200b', 'Nameless', ['text-refused']],
  ['', 'Nameless', ['text-refused']],
  ['x'.repeat(300), 'x'.repeat(200), ['text-refused']],
])('the name %j is %j', (old, name, oddities) => {
  expect(noted((note) => nameOf(old, 'Nameless', 'id', note))).toEqual([name, oddities]);
});

test.each([
  [null, null, []],
  ['', null, []],
  ['Hot.\r\nVery hot.', 'Hot.\nVery hot.', []],
  ['Hot\u0007', 'Hot', ['text-refused']],
])('the description %j is %j', (old, description, oddities) => {
  expect(noted((note) => descriptionOf(old, 'id', note))).toEqual([description, oddities]);
});

describe('hours', () => {
  test.each([
    ['09:30', '22:00', '09:30:00', '22:00:00', []],
    ['18:00', '02:00', '18:00:00', '02:00:00', ['hours-past-midnight']],
    ['09:00', '09:00', '09:00:00', '09:01:00', ['hours-equal']],
    ['23:59', '23:59', '23:59:00', '00:00:00', ['hours-equal']],
    ['9:30', '22.00', '09:30:00', '22:00:00', ['hours-rewritten']],
    ['0930', '24:00', '09:30:00', '23:59:00', ['hours-rewritten']],
    ['9:00', '09:00', '09:00:00', '09:01:00', ['hours-rewritten', 'hours-equal']],
    ['09:30', '25:00', '00:00:00', '23:59:00', ['hours-unreadable']],
    ['', '22:00', '00:00:00', '23:59:00', ['hours-unreadable']],
  ])('from %s to %s are from %s to %s', (oldOpening, oldClosing, opening, closing, oddities) => {
    expect(hoursOf(oldOpening, oldClosing)).toEqual({ opening, closing, oddities });
  });

  test('of any texts are times that we allow', () => {
    const text = fc.oneof(fc.stringMatching(/^[0-2]?\d[:.]?[0-6]\d(:\d\d)?$/), fc.string());
    fc.assert(
      fc.property(text, text, (oldOpening, oldClosing) => {
        const { opening, closing } = hoursOf(oldOpening, oldClosing);
        expect([timeOfDay.parse(opening), timeOfDay.parse(closing)]).toEqual([opening, closing]);
        expect(opening).not.toBe(closing);
      }),
    );
  });
});
