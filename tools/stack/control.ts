/** The launcher's socket: how other processes read the status of a running stack and control its parts. */
import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { ExpectedError } from '../cli/output';
import type { Addresses } from './addresses';
import { instanceNamed } from './instance';
import type { PartStatus } from './part';
import { isListening } from './ports';

/** Sent to the launcher as one JSON line, and answered by one JSON line. */
export type ControlRequest =
  | { command: 'status' }
  /** Without a part: the whole stack. The answer comes when it has stopped. */
  | { command: 'stop'; part?: string }
  | { command: 'start'; part: string }
  | { command: 'restart'; part: string }
  /** SIGKILL, as in a crash. The launcher then restarts the part. */
  | { command: 'kill'; part: string };

export interface StackStatus {
  phase: 'starting' | 'ready' | 'stopping';
  addresses: Addresses | null;
  parts: PartStatus[];
}

export type ControlReply = { ok: true; status: StackStatus } | { ok: false; error: string };

/** A stack of this name already runs. */
export class AlreadyRunningError extends ExpectedError {
  override readonly name = 'AlreadyRunningError';
}

const privateUmask = 0o077;

/** Listens on the socket, which at most one launcher can do. Throws AlreadyRunningError when another one does. */
export async function claimSocket(path: string): Promise<Server> {
  for (;;) {
    const server = createServer();
    if (await listens(server, path)) return server;
    if (await isListening({ path })) throw new AlreadyRunningError(`something already answers on ${path}`);
    rmSync(path, { force: true }); // Left by a launcher that was killed.
  }
}

function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const umask = process.umask(privateUmask);
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(path, () => resolve(true));
    process.umask(umask);
  });
}

/** Answers each request with what `handle` resolves to; a rejection becomes `ok: false`. */
export function serveControl(server: Server, handle: (request: ControlRequest) => Promise<StackStatus>): void {
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.unref(); // An idle client does not keep the launcher alive.
    createInterface({ input: socket }).on('line', (line) => {
      const answer = async (): Promise<ControlReply> => {
        try {
          return { ok: true, status: await handle(JSON.parse(line) as ControlRequest) };
        } catch (error) {
          return { ok: false, error: error instanceof Error ? error.message : String(error) };
        }
      };
      void answer().then((reply) => socket.write(`${JSON.stringify(reply)}\n`));
    });
  });
}

/** Sends a request to the launcher behind a socket. Resolves to undefined when none runs there, or when it ended before it answered. */
export function askStack(path: string, request: ControlRequest): Promise<ControlReply | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(undefined));
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    createInterface({ input: socket })
      .on('error', () => undefined)
      .once('line', (line) => {
        resolve(JSON.parse(line) as ControlReply);
        socket.destroy();
      });
  });
}

/** The status of the stack of this name; undefined when it does not run. */
export async function statusOf(name: string): Promise<StackStatus | undefined> {
  const reply = await askStack(instanceNamed(name).socketPath, { command: 'status' });
  return reply?.ok ? reply.status : undefined;
}

/** Returns the stack's status after the request. Throws an Error when no launcher answers, or when it could not do what was requested. */
export async function requestStack(path: string, request: ControlRequest): Promise<StackStatus> {
  const reply = await askStack(path, request);
  if (reply?.ok) return reply.status;
  throw new Error(`${Object.values(request).join(' ')}: ${reply?.error ?? 'the launcher does not answer'}`);
}
