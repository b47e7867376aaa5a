import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { byTime, matches, parseLines, readable, tailOf } from './logs';

const line = (fields: object): string => JSON.stringify({ level: 30, time: '2026-01-01T10:00:00.000Z', ...fields });
const theLine = (text: string) => parseLines(text)[0] ?? { time: '', text, fields: undefined };

describe('matches', () => {
  it.each([
    ['its level, and those above', { minLevel: 30 }, true],
    ['a higher level', { minLevel: 40 }, false],
    ['its order', { minLevel: 0, id: 'o1' }, true],
    ['its request', { minLevel: 0, id: 'r1' }, true],
    ['another order', { minLevel: 0, id: 'o2' }, false],
    ['its event', { minLevel: 0, event: 'ready' }, true],
    ['another event', { minLevel: 0, event: 'stopped' }, false],
  ])('a line by %s', (_what, filter, expected) => {
    expect(matches(theLine(line({ event: 'ready', order_id: 'o1', request_id: 'r1' })), filter)).toBe(expected);
  });

  it('a text that is not JSON only without a filter', () => {
    expect(matches(theLine('a text'), { minLevel: 0 })).toBe(true);
    expect(matches(theLine('a text'), { minLevel: 20 })).toBe(false);
    expect(matches(theLine('{a text'), { minLevel: 0, id: 'o1' })).toBe(false);
  });
});

test('a text is sorted with the line before it', () => {
  const lines = parseLines([line({ time: 'b' }), 'a text', line({ time: 'c' })].join('\n'));
  const sorted = [theLine(line({ time: 'd' })), ...lines, theLine(line({ time: 'a' }))].sort(byTime);
  expect(sorted.map(({ time, fields }) => (fields ? time : 'text'))).toEqual(['a', 'b', 'text', 'c', 'd']);
});

test('a line for a person has the time, the level, the part, the event and its fields, and no noise', () => {
  const text = readable(false)(
    theLine(line({ name: 'api-user', event: 'ready', order_id: 'o1', run_id: 'x', msg: 'it is there' })),
  );
  expect(text).toMatch(/^\[.*\] INFO \(api-user\): it is there \{.*"event":"ready".*"order_id":"o1".*\}\n$/);
  expect(text).not.toContain('run_id');
  expect(readable(false)(theLine('a text'))).toBe('a text\n');
});

test('a line for a person controls no terminal, except by its own colours', () => {
  const foreign = '\u001b[2J\u009b\u202e';
  const shown = [
    line({ msg: foreign, reason: foreign, err: { message: foreign, stack: `at one\n${foreign}` } }),
    foreign,
  ];
  const texts = shown.map((text) => readable(false)(theLine(text)));
  for (const text of texts) expect(text).not.toMatch(/[\u001b\u009b\u202e]/);
  for (const text of texts) expect(text).toContain('\\u001b[2J\\u009b\\u202e');
  expect(readable(true)(theLine(line({ msg: 'plain' })))).toContain('\u001b[32mINFO\u001b[39m');
});

describe('tailOf', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tail-'));
  const file = path.join(folder, 'a.log');
  const texts = (tail: ReturnType<typeof tailOf>) => tail().map(({ text }) => text);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('returns each line once, when it is complete', () => {
    const tail = tailOf(file);
    expect(texts(tail)).toEqual([]);
    writeFileSync(file, 'one\ntw');
    expect(texts(tail)).toEqual(['one']);
    expect(texts(tail)).toEqual([]);
    appendFileSync(file, 'o ü\nthree\n');
    expect(texts(tail)).toEqual(['two ü', 'three']);
  });

  it('starts again when another run has started the file again', () => {
    writeFileSync(file, 'a long line of the first run\n');
    const tail = tailOf(file);
    tail();
    writeFileSync(file, 'second\n');
    expect(texts(tail)).toEqual(['second']);
  });
});
