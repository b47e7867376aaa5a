import { createServer, type ServerResponse } from 'node:http';
import { serverAddress } from './server-address';

/** A server for those who run the system, not for the public. */
export interface InternalServer {
  /** `http://host:port` */
  address: string;
  close(): void;
}

/** Answers every request by its path. Rejects when the port is taken; port 0 is any free one. */
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
