export type Summary = NonNullable<ReturnType<typeof summarize>>;

/** Nearest rank: the smallest value that at least `percent` of the ascending values do not exceed. NaN without values. */
export function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(rank, 1) - 1] ?? NaN;
}

/** Null without values. */
export function summarize(values: readonly number[]) {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (percent: number) => percentile(sorted, percent);
  const mean = sum(sorted) / sorted.length;
  return { count: sorted.length, mean, p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}

/** NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2;
}

export function summarizeSteps(timings: readonly Readonly<Record<string, number>>[]): Record<string, Summary | null> {
  const names = new Set(timings.flatMap((timing) => Object.keys(timing)));
  return Object.fromEntries(
    [...names].map((name) => [name, summarize(timings.flatMap((timing) => timing[name] ?? []))]),
  );
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
