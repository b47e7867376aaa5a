/** What is said about many values: milliseconds, mostly. */
export interface Summary {
  count: number;
  mean: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/**
 * The smallest value that at least `percent` of the values do not exceed (nearest rank: always a value that was measured).
 * NaN of none.
 * @param sorted Ascending.
 */
export function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(rank, 1) - 1] ?? NaN;
}

/** Null of no values. */
export function summarize(values: readonly number[]): Summary | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (percent: number) => percentile(sorted, percent);
  return {
    count: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50: at(50),
    p95: at(95),
    p99: at(99),
    max: at(100),
  };
}

/** The middle value; of an even number the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2;
}

/** By the name of a step: each timing has all of them. */
export function summarizeSteps(timings: readonly Readonly<Record<string, number>>[]): Record<string, Summary | null> {
  const names = new Set(timings.flatMap((timing) => Object.keys(timing)));
  return Object.fromEntries(
    [...names].map((name) => [name, summarize(timings.flatMap((timing) => timing[name] ?? []))]),
  );
}
