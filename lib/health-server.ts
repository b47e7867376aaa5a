import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { alive, createHealth, type Dependencies, type Health } from './health';
import type { Running } from './lifecycle';
import type { Log } from './log';

/** A process that says what it needs. */
export interface Dependent extends Running {
  dependencies: Dependencies;
}

/**
 * Lets a process that serves no HTTP otherwise answer `/health` and `/health/ready` for as long as it runs. Without a port it does
 * not; port 0 is any free one.
 */
export async function withHealth(
  worker: Dependent,
  { HOST: host, HEALTH_PORT: port }: { HOST: string; HEALTH_PORT?: number | undefined },
  log: Log,
): Promise<Running> {
  if (port === undefined) return worker;
  const health = createHealth(worker.dependencies, log);
  const server = createServer((req, res) => {
    void answer(health, req.url ?? '', res);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    async stop() {
      health.drain();
      await worker.stop();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(health: Health, url: string, res: ServerResponse): Promise<void> {
  const [path] = url.split('?');
  if (path === '/health') return send(res, 200, alive);
  if (path !== '/health/ready') return send(res, 404, { success: false, message: 'Only /health and /health/ready' });
  const readiness = await health.readiness();
  send(res, readiness.ready ? 200 : 503, readiness);
}

function send(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}
