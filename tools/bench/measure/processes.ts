import { readdirSync, readFileSync } from 'node:fs';
import { sum } from './statistics';

/** Pids by name. Each is measured together with its descendants, except those that have a name of their own. */
export type Roots = Readonly<Record<string, number>>;

/** Processor time used so far, in milliseconds. */
export interface CpuUse {
  /** Since each named process started. */
  processes: Record<string, number>;
  /** Of all cores, since the machine booted. */
  machineMs: number;
}

interface Stat {
  pid: number;
  parent: number;
  cpuTicks: number;
}

/** USER_HZ, in which /proc counts, is 100 on every platform that Node supports. */
const msPerTick = 10;

/** Null without /proc (macOS). */
export function readCpu(roots: Roots): CpuUse | null {
  const processes = perRoot(roots, (family) => sum(family.map(({ cpuTicks }) => cpuTicks)) * msPerTick);
  return processes && { processes, machineMs: machineTicks() * msPerTick };
}

/** Megabytes (PSS: shared pages count in proportion). Null without /proc. */
export const readMemory = (roots: Roots): Record<string, number> | null =>
  perRoot(roots, (family) => sum(family.map(({ pid }) => memoryMb(pid))));

export function cpuBetween(from: CpuUse, to: CpuUse): CpuUse {
  const processes = Object.fromEntries(
    Object.entries(to.processes).map(([name, ms]) => [name, ms - (from.processes[name] ?? 0)]),
  );
  return { processes, machineMs: to.machineMs - from.machineMs };
}

function perRoot(roots: Roots, measure: (family: Stat[]) => number): Record<string, number> | null {
  const stats = readStats();
  if (!stats) return null;
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

function readStats(): Stat[] | null {
  const pids = attempt(() => readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)));
  return pids?.flatMap((pid) => attempt(() => parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))) ?? []) ?? null;
}

/** A line of /proc/<pid>/stat, numbered as in proc(5). Includes the time of children that have exited. */
export function parseStat(line: string): Stat {
  // Field 2, the program's name in parentheses, may contain spaces and parentheses.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return { pid: parseInt(line, 10), parent: field(4), cpuTicks: field(14) + field(15) + field(16) + field(17) };
}

function machineTicks(): number {
  const [, user, nice, system, , , irq, softirq] =
    readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/\s+/) ?? [];
  return sum([user, nice, system, irq, softirq].map(Number));
}

function memoryMb(pid: number): number {
  const rollup = attempt(() => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(/^Pss:\s+(\d+)/m.exec(rollup ?? '')?.[1] ?? 0) / 1024;
}

/** Undefined when it throws: the process has exited, or there is no /proc. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
