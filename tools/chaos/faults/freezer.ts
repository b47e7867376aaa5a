import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from '../../platform/until';

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
        await untilStopped(pids);
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

/** A signal takes effect when the process is next scheduled: on a busy machine not at once. */
const untilStopped = (pids: number[]): Promise<true> =>
  until('the processes have stopped', async () => {
    // Without a process of these ids left, ps fails.
    const states = await ps('-o', 'stat=', '-p', pids.join(',')).catch(() => '');
    return states.split('\n').every((state) => state === '' || /^[TZ]/.test(state));
  });

const ps = async (...args: string[]): Promise<string> => (await promisify(execFile)('ps', args)).stdout;

/** A process and its descendants. */
async function findTree(root: number): Promise<number[]> {
  const processes = [...(await ps('-A', '-o', 'pid=,ppid=')).matchAll(/(\d+) +(\d+)/g)].map(([, pid, parent]) => [
    Number(pid),
    Number(parent),
  ]);
  const tree = [root];
  for (const pid of tree) {
    for (const [child = 0, parent] of processes) if (parent === pid) tree.push(child);
  }
  return tree;
}
