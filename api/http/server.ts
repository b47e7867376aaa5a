import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Express } from 'express';

export interface Listening {
  /** `http://host:port` */
  address: string;
  /**
   * Takes no more connections and resolves when the requests under way are answered, each closing its connection.
   * For `delayMs` before it still takes them, for whoever does not know yet that it is going.
   */
  close(delayMs?: number): Promise<void>;
}

export async function listen(app: Express, host: string, port: number): Promise<Listening> {
  const underWay = new Set<ServerResponse>();
  let leaving = false;
  let closing = false;
  const server: Server = createServer((req, res) => {
    if (leaving) res.setHeader('Connection', 'close');
    underWay.add(res);
    res.once('close', () => {
      underWay.delete(res);
      if (closing && underWay.size === 0) server.closeAllConnections();
    });
    app(req, res);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: actualPort } = server.address() as AddressInfo;
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    async close(delayMs = 0) {
      leaving = true;
      if (delayMs > 0) await sleep(delayMs);
      await new Promise<void>((resolve, reject) => {
        closing = true;
        server.close((err) => (err ? reject(err) : resolve()));
        server.closeIdleConnections();
        // A client that may keep its connection would hold the server up, and send the next request to one that is going.
        for (const res of underWay) if (!res.headersSent) res.setHeader('Connection', 'close');
        // A connection that has never asked for anything counts as busy for Node.
        if (underWay.size === 0) server.closeAllConnections();
      });
    },
  };
}
