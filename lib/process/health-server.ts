import type { ServerResponse } from 'node:http';
import type { HealthConfig } from '../config/process';
import { listenInternal } from '../http/internal-server';
import type { Health } from './health';

/**
 * Answers `/health` and `/health/ready` from before the start of a worker: a port that is taken fails before any work begins. Does not
 * listen without a port; port 0 is any free one.
 */
export async function serveHealth({ HOST, HEALTH_PORT }: HealthConfig) {
  // Before the start nothing is known of the dependencies.
  let readiness: Health['readiness'] = async () => ({ ready: false, draining: false, dependencies: {} });
  const server = await listenInternal(HOST, HEALTH_PORT, async (path, res) => {
    if (path === '/health') return send(res, 200, { Success: true, message: 'Good' });
    if (path !== '/health/ready') return send(res, 404, { success: false, message: 'Only /health and /health/ready' });
    const state = await readiness();
    send(res, state.ready ? 200 : 503, state);
  });
  return {
    /** From now on `/health/ready` answers with this. Returns the server's address, if it listens. */
    report(health: Health): string | undefined {
      readiness = () => health.readiness();
      return server.address;
    },
    close: () => server.close(),
  };
}

function send(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}
