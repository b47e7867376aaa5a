import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server for operators. Without a port it does not listen and has no address; port 0 is any free one. Rejects when the port is taken. */
export async function listenInternal(
  host: string,
  port: number | undefined,
  answer: (path: string, res: ServerResponse) => Promise<unknown>,
) {
  const server = createServer((req, res) => {
    const [path = ''] = (req.url ?? '').split('?');
    answer(path, res).catch(() => res.destroy());
  });
  if (port === undefined) return { address: undefined, close: () => undefined };
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
