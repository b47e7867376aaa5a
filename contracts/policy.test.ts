import { defaultOrderPolicy, isStale } from './policy';

const now = Date.parse('2026-03-02T10:00:00Z');

test.each([
  ['a minute ago', '2026-03-02T09:59:00Z', false],
  ['a day ago, to the second', '2026-03-01T10:00:00Z', false],
  ['a second longer ago than a day', '2026-03-01T09:59:59Z', true],
  ['a week ago', '2026-02-23T10:00:00Z', true],
  ['by a clock that is five minutes fast', '2026-03-02T10:05:00Z', false],
  ['by a clock that is faster than that', '2026-03-02T10:05:01Z', true],
  ['in another century', '2126-03-02T10:00:00Z', true],
])('an order placed %s (%s): stale is %s', (_when, placedAt, stale) => {
  expect(isStale(placedAt, now, defaultOrderPolicy)).toBe(stale);
});

test('the limit is part of the policy', () => {
  expect(isStale('2026-03-02T09:58:00Z', now, { ...defaultOrderPolicy, staleAfterMs: 60_000 })).toBe(true);
});
