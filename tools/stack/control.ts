import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { ExpectedError } from '../cli/output';
import type { Addresses } from './addresses';
import type { PartStatus } from './part';

/** What a launcher can be asked: one JSON line each, answered by one JSON line. */
export type ControlRequest =
  | { command: 'status' }
  /** Without a part: the whole stack. The answer comes when it has stopped. */
  | { command: 'stop'; part?: string }
  | { command: 'start'; part: string }
  | { command: 'restart'; part: string }
  /** SIGKILL: what a crash looks like. The launcher then brings the part back. */
  | { command: 'kill'; part: string };

export interface StackStatus {
  phase: 'starting' | 'ready' | 'stopping';
  addresses: Addresses | null;
  parts: PartStatus[];
}

export type ControlReply = { ok: true; status: StackStatus } | { ok: false; error: string };

/** Thrown when a stack of this name already runs. */
export class AlreadyRunning extends ExpectedError {
  override readonly name = 'AlreadyRunning';
}

const PRIVATE_UMASK = 0o077;

/**
 * Claims the socket: at most one launcher answers on it.
 * @throws AlreadyRunning
 */
export async function claimSocket(path: string): Promise<Server> {
  for (;;) {
    const server = createServer();
    if (await listens(server, path)) return server;
    if (await isAlive(path)) throw new AlreadyRunning(`something already answers on ${path}`);
    rmSync(path, { force: true }); // Left by a launcher that was killed.
  }
}

function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const umask = process.umask(PRIVATE_UMASK);
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(path, () => resolve(true));
    process.umask(umask);
  });
}

/** Whether somebody listens on a socket. */
export function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Answers each request with what `handle` resolves to; its rejections become `ok: false`. */
export function serveControl(server: Server, handle: (request: ControlRequest) => Promise<StackStatus>): void {
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.unref(); // Nobody who only listens keeps the launcher alive.
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

/**
 * Asks the launcher behind a socket. Resolves to undefined when none runs there, or when
 * it ended before it answered.
 */
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
