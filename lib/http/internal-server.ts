import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server for operators, not for the public. */
export interface InternalServer {
  /** `http://host:port` */
  address: string;
  close(): void;
}

/** Answers requests by their path. Rejects when the port is taken; port 0 is any free one. */
export async function listenInternal(
  host: string,
  port: number,
  answer: (path: string, res: ServerResponse) => Promise<void>,
): Promise<InternalServer> {
  const server = createServer((req, res) => {
    const [path = ''] = (req.url ?? '').split('?');
    answer(path, res).catch(() => res.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    address: serverAddress(host, server),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The address of a listening server, with its actual port: `http://host:port`. */
export function serverAddress(host: string, server: Server): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
