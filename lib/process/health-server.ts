import type { ServerResponse } from 'node:http';
import type { HealthConfig } from '../config/process';
import { listenInternal } from '../http/internal-server';
import { alive, type Health } from './health';

export interface HealthServer {
  /** From now on `/health/ready` answers with this. Returns the server's address, if it listens. */
  report(health: Health): string | undefined;
  close(): void;
}

/**
 * Answers `/health` and `/health/ready` from before the start of a worker: a port that is taken fails before any work begins. Does not
 * listen without a port; port 0 is any free one.
 */
export async function serveHealth({ HOST: host, HEALTH_PORT: port }: HealthConfig): Promise<HealthServer> {
  let current: Pick<Health, 'readiness'> = starting;
  const server =
    port === undefined ? undefined : await listenInternal(host, port, (path, res) => answer(current, path, res));
  return {
    report(health) {
      current = health;
      return server?.address;
    },
    close: () => server?.close(),
  };
}

/** Before the start nothing is known of the dependencies. */
const starting: Pick<Health, 'readiness'> = {
  readiness: async () => ({ ready: false, draining: false, dependencies: {} }),
};

async function answer(health: Pick<Health, 'readiness'>, path: string, res: ServerResponse): Promise<void> {
  if (path === '/health') return send(res, 200, alive);
  if (path !== '/health/ready') return send(res, 404, { success: false, message: 'Only /health and /health/ready' });
  const readiness = await health.readiness();
  send(res, readiness.ready ? 200 : 503, readiness);
}

function send(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}
