import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { sum } from './statistics';

/** Pids by name. Each is measured together with its descendants, except those that have a name of their own. */
export type Roots = Readonly<Record<string, number>>;

type Stat = ReturnType<typeof parseStat>;

/** USER_HZ, in which /proc counts, is 100 on every platform that Node supports. */
const msPerTick = 10;

/** Processor time used so far, in milliseconds: by each root and, as `machine`, on all cores. Null without /proc (macOS). */
export function readCpu(roots: Roots): Record<string, number> | null {
  const processes = perRoot(roots, (family) => sum(family.map(({ cpuTicks }) => cpuTicks)) * msPerTick);
  return processes && { ...processes, machine: machineTicks() * msPerTick };
}

/** Megabytes (PSS: shared pages count in proportion). Null without /proc. */
export const readMemory = (roots: Roots): Record<string, number> | null =>
  perRoot(roots, (family) => sum(family.map(({ pid }) => memoryMb(pid))));

function perRoot(roots: Roots, measure: (family: Stat[]) => number): Record<string, number> | null {
  if (!existsSync('/proc/stat')) return null;
  const stats = readStats();
  const named = new Set(Object.values(roots));
  const entries = Object.entries(roots).map(([name, root]) => {
    const family = stats.filter(({ pid }) => pid === root);
    for (const { pid } of family) {
      family.push(...stats.filter((each) => each.parent === pid && !named.has(each.pid))); // grows while iterated
    }
    return [name, measure(family)] as const;
  });
  return Object.fromEntries(entries);
}

const readStats = (): Stat[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => read(`${pid}/stat`))
    .filter((line) => line !== '')
    .map(parseStat);

/** A line of /proc/<pid>/stat, numbered as in proc(5). Includes the time of children that have exited. */
function parseStat(line: string) {
  // Field 2, the program's name in parentheses, may contain spaces and parentheses.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return { pid: parseInt(line, 10), parent: field(4), cpuTicks: field(14) + field(15) + field(16) + field(17) };
}

function machineTicks(): number {
  const [, user, nice, system, , , irq, softirq] = read('stat').split(/\s+/);
  return sum([user, nice, system, irq, softirq].map(Number));
}

const memoryMb = (pid: number): number => Number(/^Pss:\s+(\d+)/m.exec(read(`${pid}/smaps_rollup`))?.[1] ?? 0) / 1024;

/** A file below /proc; empty when the process has exited. */
function read(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    return '';
  }
}
