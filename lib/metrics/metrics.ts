/** Prometheus metrics. Each process has one registry, which is passed to everything that counts; there is no global one. */
import { Gauge, type GaugeConfiguration, type Registry } from 'prom-client';
import type { ProcessConfig } from '../config/process';
import { listenInternal } from '../http/internal-server';
import { withTimeout } from '../process/timeout';

/** Seconds, from the answer of a healthy server to the longest timeout of a caller. */
export const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type Values<Label extends string> = readonly { labels: Record<Label, string>; value: number }[];

type ObservableGauge<Label extends string> = Pick<GaugeConfiguration<Label>, 'name' | 'help' | 'labelNames'> & {
  /** Called at each scrape. May reject, and may never settle. */
  observe: () => Promise<Values<Label>>;
};

/** Longer than a readiness check (lib/process/health.ts), and short enough for a scrape. */
const observeTimeoutMs = 1_200;

/** Registers a gauge that is observed when it is scraped. It is absent when that fails: no value is better than an old one. */
export function observableGauge<Label extends string>(
  registry: Registry,
  { name, help, labelNames = [], observe }: ObservableGauge<Label>,
): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      const values = await withTimeout(observeTimeoutMs, observe()).catch(() => []);
      if (labelNames.length > 0) this.reset();
      else this.remove(); // a reset would leave a zero
      for (const { labels, value } of values) this.set(labels, value);
    },
  });
}

/** Loads at most once in `ttlMs`; until then callers share the result or the failure, even of a load that is still in progress. */
export function cachedFor<T>(ttlMs: number, load: () => Promise<T>): () => Promise<T> {
  let last: { at: number; value: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (last && now - last.at < ttlMs) return last.value;
    last = { at: now, value: load() };
    return last.value;
  };
}

/** More metrics of this process, in the text format. May reject, and may never settle. */
export type OtherMetrics = () => Promise<string>;

const otherTimeoutMs = 1_000;

/** Serves `/metrics` from before the start of a process. Answers within about a second, whichever dependencies are unavailable. */
export const serveMetrics = (
  { HOST, METRICS_PORT }: Pick<ProcessConfig, 'HOST' | 'METRICS_PORT'>,
  registry: Registry,
  other: OtherMetrics,
) =>
  listenInternal(HOST, METRICS_PORT, async (path, res) => {
    if (path !== '/metrics') return res.writeHead(404).end('Only /metrics\n');
    const [own, others] = await Promise.all([registry.metrics(), withTimeout(otherTimeoutMs, other()).catch(() => '')]);
    return res.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(own + others);
  });
