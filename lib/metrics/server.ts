import type { Registry } from 'prom-client';
import type { ProcessConfig } from '../config/process';
import { listenInternal } from '../http/internal-server';
import { withTimeout } from '../process/timeout';

/** More metrics of this process, in the text format. May reject, and may never settle. */
export type OtherMetrics = () => Promise<string>;

const otherTimeoutMs = 1_000;

/**
 * Serves a process's `/metrics` from before its start: a port that is taken fails before any work begins. Does not listen without a
 * port. Answers within about a second, whichever dependencies are unavailable.
 */
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
