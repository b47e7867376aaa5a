/**
 * A process that outlives the launcher for a moment. It holds one end of a pipe: when the
 * launcher goes without saying "bye" (even by SIGKILL), the pipe closes, and every process
 * that the launcher had named is ended. Run as `node warden.js <socket>`: it listens there,
 * without a word, so that the next launcher of the same stack can wait for its end.
 *
 * Lines: `add <target> <signal>`, `remove <target>`, `bye`. A target is what kill(2) takes:
 * a process id, or a negated process group id.
 */
import { createInterface } from 'node:readline';
import { claimSocket } from './control';

/** Servers that flush to disk need a moment; after it nobody waits for them any more. */
const GRACE_MS = 5_000;
const POLL_MS = 50;

const targets = new Map<number, NodeJS.Signals>();

function signal(target: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, name);
  } catch {
    return false; // It is gone already, which is what we want.
  }
}

async function endAll(): Promise<void> {
  for (const [target, name] of targets) signal(target, name);
  const deadline = Date.now() + GRACE_MS;
  const someAlive = () => [...targets.keys()].some((target) => signal(target, 0));
  while (Date.now() < deadline && someAlive()) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  for (const target of targets.keys()) signal(target, 'SIGKILL');
}

async function main(): Promise<void> {
  // A signal meant for the launcher must not take its warden away.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
  await claimSocket(process.argv[2] ?? '');
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, target, name] = line.split(' ');
    if (command === 'add') targets.set(Number(target), name as NodeJS.Signals);
    if (command === 'remove') targets.delete(Number(target));
    if (command === 'bye') return;
  }
  await endAll();
}

void main().finally(() => process.exit());
