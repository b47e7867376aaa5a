import type { z } from 'zod';
import { id, money, pageLimit, placedAt, price, quantity, rating, text, timeOfDay } from './values';

/** The parsed input; undefined if the schema refuses it. */
const read = <T extends z.ZodType>(schema: T, input: unknown): unknown => schema.safeParse(input).data;

describe('placedAt', () => {
  test.each([
    ['a zone Z', '2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
    ['no zone, as old programs write it', '2026-03-01T10:00:00', '2026-03-01T10:00:00.000Z'],
    ['no zone and microseconds', '2026-03-01T10:00:00.123456', '2026-03-01T10:00:00.123Z'],
    ['no zone and a space', '2026-03-01 10:00:00', '2026-03-01T10:00:00.000Z'],
    ['no zone and no seconds', '2026-03-01T10:00', '2026-03-01T10:00:00.000Z'],
    ['an offset', '2026-03-01T10:00:00+05:30', '2026-03-01T04:30:00.000Z'],
    ['an offset without a colon', '2026-03-01T10:00:00-0200', '2026-03-01T12:00:00.000Z'],
    ['an offset across midnight', '2026-03-01T23:30:00-01:00', '2026-03-02T00:30:00.000Z'],
  ])('with %s (%s) is the instant in UTC', (_what, input, instant) => {
    expect(read(placedAt, input)).toBe(instant);
  });

  test.each([
    '',
    'yesterday',
    '2026-03-01',
    '10:00',
    '2026-13-01T10:00:00Z',
    '2026-02-30T10:00:00Z',
    '0000-01-01T00:00:00Z',
    1_772_359_200,
    null,
  ])('%p is refused', (input) => expect(read(placedAt, input)).toBeUndefined());
});

describe('id', () => {
  test.each([
    ['6F0E2A54-3F0B-4A5C-9D51-0A5F6F3F2B1E', '6f0e2a54-3f0b-4a5c-9d51-0a5f6f3f2b1e'],
    ['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001'],
  ])('%s is valid and parses to lower case', (input, output) => expect(read(id, input)).toBe(output));

  test.each(['', '7', 'seven', '6f0e2a543f0b4a5c9d510a5f6f3f2b1e', 7, null])('%p is refused', (input) =>
    expect(read(id, input)).toBeUndefined(),
  );
});

const ranges: [string, z.ZodType, unknown[], unknown[]][] = [
  ['quantity', quantity, [1, 2, 10_000], [0, -1, 1.5, 10_001, '1', null]],
  ['rating', rating, [1, 2.5, 5], [0, 0.9, 5.1, -1, '5', null]],
  ['price', price, [0, 4.5, 12, 0.01, 19.99, 99_999_999.99], [-0.01, 4.505, 100_000_000, '4.50', Infinity, null]],
  ['money', money, ['0.00', '12.50', '1234567.89'], ['12.5', '12', '-1.00', '1e3', '', 12.5]],
];
describe.each(ranges)('%s', (_name, schema, good, bad) => {
  test.each(good)('%p is valid', (input) => expect(read(schema, input)).toBe(input));
  test.each(bad)('%p is refused', (input) => expect(read(schema, input)).toBeUndefined());
});

describe('timeOfDay', () => {
  test.each([
    ['09:30', '09:30:00'],
    ['00:00', '00:00:00'],
    ['23:59:59', '23:59:59'],
  ])('%s is %s', (input, output) => expect(read(timeOfDay, input)).toBe(output));
  test.each(['24:00', '9:30', '09:60', '09:30:60', '', 930])('%p is refused', (input) =>
    expect(read(timeOfDay, input)).toBeUndefined(),
  );
});

describe('text', () => {
  test.each([
    ['soup', 'soup'],
    ['  soup \n', 'soup'],
    ['ラーメン 🍜', 'ラーメン 🍜'],
  ])('%p is %p', (input, output) => expect(read(text(10, 'line'), input)).toBe(output));
  test.each(['', '   ', 'x'.repeat(11), 7])('%p is refused', (input) =>
    expect(read(text(10, 'line'), input)).toBeUndefined(),
  );

  test('may not become too long when it is composed', () => {
    expect('\u0958'.normalize('NFC')).toHaveLength(2);
    expect(read(text(10, 'line'), '\u0958'.repeat(10))).toBeUndefined();
    expect(read(text(10, 'line'), '\u0958'.repeat(5))).toHaveLength(10);
  });

  test('that is refused says what to do', () => {
    const messagesFor = (input: string) =>
      text(10, 'line')
        .safeParse(input)
        .error?.issues.map(({ message }) => message);
    expect(messagesFor('so\u001bup')).toEqual(['remove its control characters and line breaks']);
    expect(messagesFor('\u200b')).toEqual(['write at least one visible character']);
  });
});

describe('pageLimit', () => {
  test.each([
    [undefined, 20],
    ['1', 1],
    ['100', 100],
  ])('%p is %p rows', (input, rows) => expect(read(pageLimit(), input)).toBe(rows));
  test.each(['0', '101', '-1', 'many', '1.5', '', ' ', '1e1', '0x5', 5, ['5']])('%p is refused', (input) =>
    expect(read(pageLimit(), input)).toBeUndefined(),
  );
});
