/** The launcher's socket: how other processes read the status of a running stack and control its parts. */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { ExpectedError, messageOf } from '../cli/cli';
import { externalServers, stackEnvironment, type Addresses } from './addresses';
import { instanceNamed } from './instance';
import type { PartStatus } from './part';
import { isListening } from './ports';

/** Sent to the launcher as one JSON line, and answered by one JSON line. */
export type ControlRequest =
  | { command: 'status' }
  /** Without a part: the whole stack. The answer comes when it has stopped. */
  | { command: 'stop'; part?: string }
  /** kill: SIGKILL, as in a crash. The launcher then restarts the part. */
  | { command: 'start' | 'restart' | 'kill'; part: string };

export interface StackStatus {
  phase: 'starting' | 'ready' | 'stopping';
  addresses: Addresses | null;
  parts: PartStatus[];
}

type ControlReply = { ok: true; status: StackStatus } | { ok: false; error: string };

export class AlreadyRunningError extends ExpectedError {
  override readonly name = 'AlreadyRunningError';
}

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
  const umask = process.umask(0o077); // Only this user may connect.
  const listening = once(server.listen(path), 'listening');
  process.umask(umask);
  return listening.then(
    () => true,
    (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? false : Promise.reject(error)),
  );
}

/** Answers each request with what `handle` resolves to; a rejection becomes `ok: false`. */
export function serveControl(server: Server, handle: (request: ControlRequest) => Promise<StackStatus>): void {
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.unref(); // An idle client does not keep the launcher alive.
    createInterface({ input: socket }).on('line', (line) => {
      void answer(line, handle).then((reply) => socket.write(`${JSON.stringify(reply)}\n`));
    });
  });
}

async function answer(line: string, handle: (request: ControlRequest) => Promise<StackStatus>): Promise<ControlReply> {
  try {
    return { ok: true, status: await handle(JSON.parse(line) as ControlRequest) };
  } catch (error) {
    return { ok: false, error: messageOf(error) };
  }
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

/** Returns the stack's status after the request. Throws an Error when no launcher answers, or when it could not do what was requested. */
export async function requestStack(path: string, request: ControlRequest): Promise<StackStatus> {
  const reply = await askStack(path, request);
  if (reply?.ok) return reply.status;
  throw new Error(`${Object.values(request).join(' ')}: ${reply?.error ?? 'the launcher does not answer'}`);
}

/** The status of the stack of this name; undefined when it does not run. */
export async function statusOf(name: string): Promise<StackStatus | undefined> {
  const reply = await askStack(instanceNamed(name).socketPath, { command: 'status' });
  return reply?.ok ? reply.status : undefined;
}

/** This process's environment if it names Temporal and the databases, else with the running stack's addresses; undefined when there is neither. */
export async function runningSystemEnvironment(name: string): Promise<NodeJS.ProcessEnv | undefined> {
  const { temporal, postgres } = externalServers(process.env);
  if (temporal && postgres) return process.env;
  const addresses = (await statusOf(name))?.addresses;
  return addresses ? { ...process.env, ...stackEnvironment(addresses, process.env) } : undefined;
}
