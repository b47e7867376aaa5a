import fc from 'fast-check';
import { measure } from './json-body';

const look = (text: string) => measure(Buffer.from(text));

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
const countOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce((sum: number, inner) => sum + countOf(inner), 0)
    : 1;

test('a JSON text is as deep as its value, and has at least as many values', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), (value) => {
      const { levels, values } = look(JSON.stringify(value));
      expect(levels).toBe(depthOf(value));
      expect(values).toBeGreaterThanOrEqual(countOf(value));
      expect(values).toBeLessThanOrEqual(2 * countOf(value));
    }),
  );
});

test.each([
  ['brackets in a text', '{"a":"[[[[","b":"]]"}', 1],
  ['an escaped quote', '{"a":"\\"[[["}', 1],
  ['an escaped backslash before a quote', '["\\\\",[1]]', 2],
  ['a text that does not end', '["[[[[', 1],
  ['closing brackets alone', ']]]]', 0],
])('%s is looked at correctly', (_what, text, levels) => {
  expect(look(text).levels).toBe(levels);
});
