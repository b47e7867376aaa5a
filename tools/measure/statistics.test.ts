import fc from 'fast-check';
import { median, percentile, summarize, summarizeSteps } from './statistics';

describe('a percentile', () => {
  const sorted = [10, 20, 30, 40];

  test.each([
    [25, 10],
    [26, 20],
    [50, 20],
    [99, 40],
    [100, 40],
    [0, 10],
  ])('%d of four values is the nearest rank: %d', (percent, expected) => {
    expect(percentile(sorted, percent)).toBe(expected);
  });

  test('of nothing is NaN', () => {
    expect(percentile([], 50)).toBeNaN();
  });

  test('is the smallest value that this share does not exceed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const ascending = values.toSorted((a, b) => a - b);
        const found = percentile(ascending, percent);
        const share = (limit: (value: number) => boolean) => (100 * ascending.filter(limit).length) / ascending.length;
        expect(share((value) => value <= found)).toBeGreaterThanOrEqual(percent);
        expect(share((value) => value < found)).toBeLessThan(percent);
      }),
    );
  });
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('a summary is null without values', () => {
  expect(summarize([3, 1, 2])).toEqual({ count: 3, mean: 2, p50: 2, p95: 3, p99: 3, max: 3 });
  expect(summarize([])).toBeNull();
});

test('steps are summarized by name, even those that only some timings have', () => {
  const steps = summarizeSteps([{ place: 1, whole: 5 }, { place: 3 }]);
  expect(steps['place']).toMatchObject({ count: 2, mean: 2 });
  expect(steps['whole']).toMatchObject({ count: 1, mean: 5 });
});
