import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Express } from 'express';
import { networkOf } from './limits';
import { serverAddress } from '../../lib/http/internal-server';

export type Listening = Awaited<ReturnType<typeof listen>>;

/** Longer than load balancers keep a connection idle (mostly a minute): if the server closed first, a request in flight would be lost. */
const keepAliveMs = 65_000;

/** In milliseconds and bytes. Enough for the largest body over a slow network, and too short to hold connections by sending next to nothing. */
const serverLimits = {
  /** For a request's headers, from its first byte on; for a connection's first request, from the connection on. Then 408. */
  headersTimeout: 20_000,
  /** For a request including its body. Then 408. */
  requestTimeout: 30_000,
  /** How often these two are checked. */
  connectionsCheckingInterval: 1_000,
  /** Of all headers together. Above it 431. */
  maxHeaderSize: 16_384,
  /** For a connection on which nothing moves, while a client reads its answer: then it is closed. */
  stalledTimeout: 30_000,
  /** At the same time; those above it are closed. */
  maxConnections: 5_000,
  /** Of one address; those above it are closed. Far more than a household has, and useless behind a proxy, whose address all share. */
  maxConnectionsPerAddress: 500,
};
export type ServerLimits = typeof serverLimits;

/** Closes connections of an address that has as many already. */
function limitEach(max: number): (socket: Socket) => void {
  const open = new Map<string, number>();
  return (socket) => {
    const address = networkOf(socket.remoteAddress ?? '');
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 0) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count > max) socket.destroy();
  };
}

/**
 * Begins a connection's next request only when its last answer is done. A client may send many requests without reading any answer, and the answers
 * behind an unread one would fill the memory.
 */
function oneAtATime(begin: RequestListener): RequestListener {
  const latest = new WeakMap<Socket, ServerResponse>();
  return (req, res) => {
    const { socket } = req;
    const before = latest.get(socket);
    latest.set(socket, res);
    if (!before || before.closed) return begin(req, res);
    before.once('close', () => {
      if (!socket.destroyed) begin(req, res);
    });
  };
}

/** @param drainDelayMs How long `close` still accepts requests, while the load balancer turns to another instance: they would be reset. */
export async function listen(
  app: Express,
  host: string,
  port: number,
  drainDelayMs = 0,
  limits: Partial<ServerLimits> = {},
) {
  const { maxConnections, maxConnectionsPerAddress, stalledTimeout, ...requestLimits } = { ...serverLimits, ...limits };
  const inFlight = new Set<ServerResponse>();
  let draining = false;
  let closing = false;
  const begin: RequestListener = (req, res) => {
    if (draining) res.setHeader('Connection', 'close');
    inFlight.add(res);
    res.once('close', () => {
      inFlight.delete(res);
      if (closing && inFlight.size === 0) server.closeAllConnections();
    });
    app(req, res);
  };
  const server = createServer({ keepAliveTimeout: keepAliveMs, ...requestLimits }, oneAtATime(begin));
  server.maxConnections = maxConnections;
  server.setTimeout(stalledTimeout);
  server.on('connection', limitEach(maxConnectionsPerAddress));
  server.maxHeadersCount = 0; // else Node drops what is above it; the app refuses it
  await once(server.listen(port, host), 'listening'); // rejects on an error
  return {
    address: serverAddress(host, server),
    /** Serves for the drain delay, each answer closing its connection; then accepts none, and resolves when all in flight are answered. */
    async close(): Promise<void> {
      // A client that keeps its connection would delay the shutdown, and send its next request to a server that is closing.
      draining = true;
      for (const res of inFlight) if (!res.headersSent) res.setHeader('Connection', 'close');
      if (drainDelayMs > 0) await setTimeout(drainDelayMs);
      closing = true;
      const closed = once(server.close(), 'close');
      // Node counts a connection without any request as busy.
      if (inFlight.size === 0) server.closeAllConnections();
      await closed;
    },
  };
}
