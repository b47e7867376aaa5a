import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Stops processes and lets them go on. */
export interface Freezer {
  /** With all that it has started. Processes that are gone do not matter. */
  freeze(pid: number): Promise<void>;
  thaw(pid: number): void;
  /** Whatever is still frozen goes on: nothing stays behind that nobody wakes. */
  thawAll(): void;
}

export function createFreezer(): Freezer {
  const frozen = new Map<number, number[]>();
  const thaw = (pid: number): void => {
    for (const each of frozen.get(pid) ?? []) signal(each, 'SIGCONT');
    frozen.delete(pid);
  };
  return {
    async freeze(pid) {
      const tree = await descendants(pid);
      frozen.set(pid, tree);
      for (const each of tree) signal(each, 'SIGSTOP');
    },
    thaw,
    thawAll() {
      for (const pid of [...frozen.keys()]) thaw(pid);
    },
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

/** A process and all below it. */
async function descendants(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const children = new Map<number, number[]>();
  for (const line of stdout.trim().split('\n')) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const found = [pid];
  for (const each of found) found.push(...(children.get(each) ?? []));
  return found;
}
