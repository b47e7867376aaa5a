import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export type Freezer = ReturnType<typeof createFreezer>;

/** Suspends processes with SIGSTOP: they keep their connections and answer none. */
export function createFreezer() {
  const frozen = new Set<number[]>();
  return {
    /** Suspends the process and its descendants for as long as the work takes. */
    async whileFrozen<T>(pid: number, work: () => Promise<T>): Promise<T> {
      const pids = await findTree(pid);
      frozen.add(pids);
      sendSignal(pids, 'SIGSTOP');
      try {
        return await work();
      } finally {
        sendSignal(pids, 'SIGCONT');
        frozen.delete(pids);
      }
    },
    /** Resumes everything, for a program that is about to exit. */
    thawAll: (): void => frozen.forEach((pids) => sendSignal(pids, 'SIGCONT')),
  };
}

function sendSignal(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // The process has ended.
    }
  }
}

/** A process and its descendants. */
async function findTree(root: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const processes = [...stdout.matchAll(/(\d+) +(\d+)/g)].map(([, pid, parent]) => [Number(pid), Number(parent)]);
  const tree = [root];
  for (const pid of tree) {
    for (const [child = 0, parent] of processes) if (parent === pid) tree.push(child);
  }
  return tree;
}
