import { setTimeout } from 'node:timers/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Express } from 'express';
import { serverAddress } from '../../lib/http/internal-server';

export interface Listening {
  /** `http://host:port` */
  address: string;
  /**
   * Goes on for the drain delay, each answer closing its connection; then takes no more connections, and resolves when the
   * requests under way are answered.
   */
  close(): Promise<void>;
}

/**
 * Longer than whoever keeps connections lets them idle: mostly a minute, at load balancers and proxies. The side that closes first must not
 * be the server: a request may be on its way then, and is lost.
 */
const keepAliveMs = 65_000;

/** By Node's names for them, in milliseconds and bytes. */
export interface ServerLimits {
  /** For the headers of a request, from its first byte on; of a connection's first request, from the connection on. Then 408. */
  headersTimeout: number;
  /** For a request with its body. Then 408. */
  requestTimeout: number;
  /** How often these two are looked at. */
  connectionsCheckingInterval: number;
  /** Of all headers together. Beyond them 431. */
  maxHeaderSize: number;
  /** At the same time; those beyond it are closed. */
  maxConnections: number;
}

/** Enough for the largest body over a slow network; who sends next to nothing, to hold connections, holds none for long. */
const serverLimits: ServerLimits = {
  headersTimeout: 20_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
  maxConnections: 5_000,
};

/**
 * @param drainDelayMs How long requests are still taken after `close`: one may be on its way, on a connection that nobody has accepted
 * yet, when whoever sends it turns to another instance. Closing at once would reset that connection.
 */
export async function listen(
  app: Express,
  host: string,
  port: number,
  drainDelayMs = 0,
  limits: Partial<ServerLimits> = {},
): Promise<Listening> {
  const { maxConnections, ...requestLimits } = { ...serverLimits, ...limits };
  const underWay = new Set<ServerResponse>();
  let announcing = false;
  let closing = false;
  const server: Server = createServer({ keepAliveTimeout: keepAliveMs, ...requestLimits }, (req, res) => {
    if (announcing) res.setHeader('Connection', 'close');
    underWay.add(res);
    res.once('close', () => {
      underWay.delete(res);
      if (closing && underWay.size === 0) server.closeAllConnections();
    });
    app(req, res);
  });
  server.maxConnections = maxConnections;
  server.maxHeadersCount = 0; // else Node drops what is more; the app refuses it
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    address: serverAddress(host, server),
    async close() {
      // A client that may keep its connection would hold the server up, and send the next request to one that is going.
      announcing = true;
      for (const res of underWay) if (!res.headersSent) res.setHeader('Connection', 'close');
      if (drainDelayMs > 0) await setTimeout(drainDelayMs);
      closing = true;
      await new Promise<void>((resolve, reject) => {
        server.close((err) => (err ? reject(err) : resolve()));
        server.closeIdleConnections();
        // A connection that has never asked for anything counts as busy for Node.
        if (underWay.size === 0) server.closeAllConnections();
      });
    },
  };
}
