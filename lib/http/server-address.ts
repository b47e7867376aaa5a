import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a server that listens is reached: `http://host:port`, by the port that it has got. */
export function serverAddress(host: string, server: Server): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
