import fc from 'fast-check';
import { aText, anyText } from '../tests/fixtures/arbitraries';
import { isLine, isLines } from '../tests/fixtures/oracles';
import { escaped, faultOf, fitted, patternOf, tidied } from './texts';

const controlsInLine = 'remove its control characters and line breaks';
const controlsInLines = 'remove its control characters';
const nothingVisible = 'write at least one visible character';

describe.each([
  ['line', isLine(100)],
  ['lines', isLines(100)],
] as const)('of all characters, a text in the form "%s"', (form, isFine) => {
  it('holds, alone and inside, those that Unicode calls neither controls nor invisible', () => {
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      for (const text of [character.trim(), `a${character}b`])
        if (text !== '' && isFine(text) !== (faultOf(text, form) === undefined)) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });
});

test.each([
  ['an emoji of several code points', '👩🏽‍🍳'],
  ['an emoji with a variation selector', '❤️'],
  ['Persian with a zero-width non-joiner', 'می‌خواهم'],
  ['Hindi with a zero-width joiner', 'क्‍ष'],
  ['a combining accent', 'cafe\u0301'],
  ['right to left with marks', '\u200fשלום (1)\u200e'],
  ['a flag of tags', '🏴\u{e0067}\u{e0062}\u{e007f}'],
  ['Korean', '김치'],
])('%s is a fine line', (_what, text) => expect(faultOf(text, 'line')).toBeUndefined());

test.each([
  ['a zero-width space', '\u200b', nothingVisible],
  ['a combining accent alone', '\u0301', nothingVisible],
  ['Hangul fillers', '\u115f\u1160\u3164\uffa0', nothingVisible],
  ['a Braille blank', '\u2800', nothingVisible],
  ['joiners and marks of direction', '\u200d\u200e\u200f', nothingVisible],
  ['tags alone', '\u{e0041}', nothingVisible],
  ['a terminal escape', '\u001b[31mred', controlsInLine],
  ['a C1 escape', '\u009b31mred', controlsInLine],
  ['NUL', 'a\u0000b', controlsInLine],
  ['a new line', 'a\nb', controlsInLine],
  ['a line separator', 'a\u2028b', controlsInLine],
  ['an override of the direction', 'a\u202eb', controlsInLine],
  ['an isolate', 'a\u2067b', controlsInLine],
  ['half of a surrogate pair', 'a\ud83c', 'write whole characters: it has half of a surrogate pair'],
])('a line with %s is refused, and says what to do', (_what, text, advice) =>
  expect(faultOf(text, 'line')).toBe(advice),
);

test.each([
  ['a new line and a tab', 'one\n\ttwo', undefined],
  ['the line ends of Windows', 'one\r\ntwo', undefined],
  ['a carriage return alone', 'one\rtwo', controlsInLines],
  ['a terminal escape', 'one\n\u001b[2J', controlsInLines],
  ['a paragraph separator', 'one\u2029two', controlsInLines],
  ['white space and a zero-width space', '\u200b\n\u200b', nothingVisible],
])('lines with %s are fine, or refused with what to do', (_what, text, advice) =>
  expect(faultOf(tidied(text), 'lines')).toBe(advice),
);

test.each(['line', 'lines'] as const)(
  'the pattern of "%s" accepts what the rule accepts, before it is tidied',
  (form) => {
    const patterns = [true, false].map((mayBeEmpty) => new RegExp(patternOf(form, { mayBeEmpty }), 'u'));
    const texts = fc
      .oneof(anyText, aText(30, form))
      .filter((text) => text.isWellFormed() && !/[\u{10000}-\u{10ffff}]/u.test(text));
    fc.assert(
      fc.property(texts, (text) => {
        const isFine = faultOf(tidied(text), form) === undefined;
        expect(patterns.map((pattern) => pattern.test(text))).toEqual([isFine, isFine && tidied(text) !== '']);
      }),
      { numRuns: 2_000 },
    );
  },
);

test('a text is stored composed, so that two that look alike are alike', () => {
  expect(tidied(' cafe\u0301 ')).toBe('caf\u00e9');
  expect(tidied('caf\u00e9')).toBe(tidied('cafe\u0301'));
});

test('any text is fitted to the rule, or nothing is left of it', () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom('line', 'lines'), (text, form) => {
      const left = fitted(text, form, 5);
      if (left === undefined) return;
      expect([faultOf(left, form), tidied(left), left.length <= 5]).toEqual([undefined, left, true]);
    }),
  );
  expect(fitted('\u001b[31mred', 'line', 5)).toBe('[31mr');
  expect(fitted('\u200b', 'line', 5)).toBeUndefined();
  expect(fitted('a\u001b\u0301', 'line', 5)).toBe('\u00e1');
});

test('controls are shown as escapes, which mean the same in JSON', () => {
  expect(escaped('\u001b[2J\u009b\u202e\n\tcafe\u0301', 'lines')).toBe('\\u001b[2J\\u009b\\u202e\n\tcafe\u0301');
  expect(escaped('a\nb', 'line')).toBe('a\\u000ab');
  fc.assert(
    fc.property(anyText, (text) => {
      const json = escaped(JSON.stringify({ text }), 'lines');
      expect(json).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
      expect(JSON.parse(json)).toEqual({ text });
    }),
  );
});
