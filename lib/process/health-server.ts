import type { ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { alive, createHealth, type Dependencies, type Health } from './health';
import { listenInternal } from '../http/internal-server';
import type { Running } from './run-process';
import type { Log } from '../logging/log';

/** A process that says what it needs. */
export interface Dependent extends Running {
  dependencies: Dependencies;
}

/**
 * Starts a process that serves no HTTP otherwise, and lets it answer `/health` and `/health/ready` from before its start to its end:
 * a port that is taken fails before any work has begun. Without a port it does not answer; port 0 is any free one.
 */
export async function withHealth(
  { HOST: host, HEALTH_PORT: port }: { HOST: string; HEALTH_PORT?: number | undefined },
  { log, registry }: { log: Log; registry: Registry },
  start: () => Promise<Dependent>,
): Promise<Running> {
  let health: Asked = starting;
  const server =
    port === undefined ? undefined : await listenInternal(host, port, (path, res) => answer(health, path, res));
  const worker = await start();
  const started = createHealth(worker.dependencies, log, registry);
  health = started;
  return {
    ...(server && { address: server.address }),
    async stop() {
      started.drain();
      await worker.stop();
      server?.close();
    },
  };
}

type Asked = Pick<Health, 'readiness'>;
/** Until it has started it cannot say of what it needs whether it is there. */
const starting: Asked = { readiness: async () => ({ ready: false, draining: false, dependencies: {} }) };

async function answer(health: Asked, path: string, res: ServerResponse): Promise<void> {
  if (path === '/health') return send(res, 200, alive);
  if (path !== '/health/ready') return send(res, 404, { success: false, message: 'Only /health and /health/ready' });
  const readiness = await health.readiness();
  send(res, readiness.ready ? 200 : 503, readiness);
}

function send(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}
