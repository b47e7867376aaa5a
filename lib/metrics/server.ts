import type { Registry } from 'prom-client';
import { listenInternal, type InternalServer } from '../http/internal-server';
import { withTimeout } from '../process/timeout';

/** Metrics in the text format, from somebody else in this process. It may reject, and take for ever. */
export type OtherMetrics = () => Promise<string>;

const otherLimitMs = 1_000;

/**
 * Serves a process's `/metrics`, from before its start to its end: a port that is taken fails before any work has begun. Without a port
 * nowhere. Answers within about a second, whatever is away.
 */
export async function serveMetrics(
  { HOST: host, METRICS_PORT: port }: { HOST: string; METRICS_PORT?: number | undefined },
  registry: Registry,
  other: OtherMetrics = async () => '',
): Promise<Partial<InternalServer> & Pick<InternalServer, 'close'>> {
  if (port === undefined) return { close: () => undefined };
  return listenInternal(host, port, async (path, res) => {
    if (path !== '/metrics') return void res.writeHead(404).end('Only /metrics\n');
    const [own, others] = await Promise.all([registry.metrics(), withTimeout(otherLimitMs, other()).catch(() => '')]);
    res.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(own + others);
  });
}
