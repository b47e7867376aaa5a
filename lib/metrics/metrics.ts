/** Metrics in the format of Prometheus. Each process has a registry of its own, which whoever counts is given; there is no global one. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { withTimeout } from '../process/timeout';

/** With what Node says of the process itself: memory, processor time, the event loop's lag. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Seconds since the call, to count how long something took. */
export function stopwatch(): () => number {
  const since = performance.now();
  return () => (performance.now() - since) / 1_000;
}

/** From what a healthy server needs for an answer to the longest that anybody waits for one. */
export const answerBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A gauge's values, each with its labels. */
export type Values<Label extends string> = readonly { labels: Record<Label, string>; value: number }[];

interface AskedGauge<Label extends string> {
  name: string;
  help: string;
  labelNames: readonly Label[];
  /** Asked at each scrape. It may reject, and take for ever. */
  ask: () => Promise<Values<Label>>;
}

/** Somewhat more than whoever answers has for it (lib/health.ts), so that the scrape itself never takes long. */
const askLimitMs = 1_200;

/** Registers a gauge whose values are asked for when they are scraped. It is absent while there is no answer: no value beats an old one. */
export function askedGauge<Label extends string>(registry: Registry, { ask, ...options }: AskedGauge<Label>): void {
  const { name, help, labelNames } = options;
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      const values = await withTimeout(askLimitMs, ask()).catch(() => []);
      if (labelNames.length > 0) this.reset();
      else this.remove(); // a reset would leave a zero
      for (const { labels, value } of values) this.set(labels, value);
    },
  });
}

/**
 * Asks at most once in so many milliseconds; whoever asks meanwhile gets the same answer, or failure. A question that has been out for longer
 * is given up for a new one.
 */
export function atMostEvery<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { at: number; answer: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (last && now - last.at < ms) return last.answer;
    last = { at: now, answer: ask() };
    return last.answer;
  };
}
