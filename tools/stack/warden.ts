/**
 * The warden is a process that ends everything when the launcher dies, even by SIGKILL. It reads commands from a pipe; when the pipe closes
 * without "bye", it ends every process that the launcher has named. It listens on a socket, silently, so that the next launcher of the same
 * stack can wait for its end.
 *
 * Lines: `add <target> <signal>`, `remove <target>`, `bye`. A target is what kill(2) takes: a process id, or a negated process group id.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimSocket } from './control';
import type { Instance } from './instance';
import { isListening } from './ports';

/** Servers need a moment to flush to disk; then they are killed. */
const shutdownTimeoutMs = 5_000;
const pollMs = 50;

/** The launcher's end of the pipe. */
export type Warden = ReturnType<typeof createWarden>;

export function createWarden({ wardenSocketPath }: Instance) {
  let pipe: Writable | undefined;
  return {
    /** Starts the process, once the warden of an earlier launcher has finished. Call it before `add`. */
    async takeOver(): Promise<void> {
      while (await isListening({ path: wardenSocketPath })) await sleep(pollMs);
      const child = spawn(process.execPath, [__filename, wardenSocketPath], {
        detached: true, // Its own group: Ctrl-C in the terminal must not reach it.
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      child.unref();
      child.once('error', () => undefined);
      pipe = child.stdin.on('error', () => undefined);
    },
    /** From now on the target (pid, or negated group id) ends with the launcher. */
    add: (target: number, signal: NodeJS.Signals) => void pipe?.write(`add ${target} ${signal}\n`),
    remove: (target: number) => void pipe?.write(`remove ${target}\n`),
    /** Everything has ended: there is nothing left to watch. */
    dismiss: () => void pipe?.end('bye\n'),
  };
}

const targets = new Map<number, NodeJS.Signals>();

function signal(target: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, name);
  } catch {
    return false; // It has ended.
  }
}

async function endAll(): Promise<void> {
  for (const [target, name] of targets) signal(target, name);
  const deadline = Date.now() + shutdownTimeoutMs;
  while (Date.now() < deadline && [...targets.keys()].some((target) => signal(target, 0))) await sleep(pollMs);
  for (const target of targets.keys()) signal(target, 'SIGKILL');
}

async function watch(socketPath: string): Promise<void> {
  // A signal meant for the launcher must not end its warden.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
  await claimSocket(socketPath);
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, target, name] = line.split(' ');
    if (command === 'add') targets.set(Number(target), name as NodeJS.Signals);
    if (command === 'remove') targets.delete(Number(target));
    if (command === 'bye') return;
  }
  await endAll();
}

if (require.main === module) void watch(process.argv[2] ?? '').finally(() => process.exit());
