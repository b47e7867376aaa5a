import { readdirSync, readFileSync } from 'node:fs';

/** The processes that are measured, by name: each with those that it has started, unless they have a name of their own. */
export type Roots = Readonly<Record<string, number>>;

/** What has been used up to a moment. */
export interface CpuUse {
  /** Of each named process, in milliseconds since it began. */
  processes: Record<string, number>;
  /** Of the whole machine, in milliseconds of one core since it booted. */
  machineMs: number;
}

interface Stat {
  pid: number;
  parent: number;
  cpuTicks: number;
}

/** The kernel counts processor time in hundredths of a second for whoever reads /proc, on every platform that Node runs on. */
const msPerTick = 10;

/** Null where the kernel does not tell (it has no /proc, as on macOS): then there is no figure for processor time. */
export function readCpu(roots: Roots): CpuUse | null {
  const stats = readStats();
  if (!stats) return null;
  const processes = Object.fromEntries(
    Object.entries(roots).map(([name, root]) => {
      const ticks = family(stats, root, roots).reduce((sum, { cpuTicks }) => sum + cpuTicks, 0);
      return [name, ticks * msPerTick];
    }),
  );
  return { processes, machineMs: machineTicks() * msPerTick };
}

/** Megabytes of each named process: pages that several share are counted in parts (PSS). Null as above. */
export function readMemory(roots: Roots): Record<string, number> | null {
  const stats = readStats();
  if (!stats) return null;
  return Object.fromEntries(
    Object.entries(roots).map(([name, root]) => [
      name,
      family(stats, root, roots).reduce((sum, { pid }) => sum + memoryMb(pid), 0),
    ]),
  );
}

/** What was used between two moments. */
export function cpuBetween(from: CpuUse, to: CpuUse): CpuUse {
  const processes = Object.fromEntries(
    Object.entries(to.processes).map(([name, ms]) => [name, ms - (from.processes[name] ?? 0)]),
  );
  return { processes, machineMs: to.machineMs - from.machineMs };
}

function readStats(): Stat[] | null {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap((entry) => readStat(Number(entry)) ?? []);
  } catch {
    return null;
  }
}

function readStat(pid: number): Stat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null; // it has ended
  }
}

/** A line of /proc/<pid>/stat. The time of children that have ended is their parent's. */
export function parseStat(line: string): Stat {
  // The program's name stands in parentheses and may hold anything.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]); // numbered as in proc(5)
  return {
    pid: parseInt(line, 10),
    parent: field(4),
    cpuTicks: field(14) + field(15) + field(16) + field(17),
  };
}

function family(stats: readonly Stat[], root: number, roots: Roots): Stat[] {
  const named = new Set(Object.values(roots));
  const members = stats.filter(({ pid }) => pid === root);
  for (const { pid } of members) {
    members.push(...stats.filter((each) => each.parent === pid && !named.has(each.pid))); // grows while it is walked
  }
  return members;
}

function machineTicks(): number {
  const [, user, nice, system, , , irq, softirq] =
    readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/\s+/) ?? [];
  return [user, nice, system, irq, softirq].reduce((sum, ticks) => sum + Number(ticks), 0);
}

function memoryMb(pid: number): number {
  const kb = readKb(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+)/m) ?? readKb(`/proc/${pid}/status`, /^VmRSS:\s+(\d+)/m);
  return (kb ?? 0) / 1024;
}

function readKb(file: string, line: RegExp): number | undefined {
  try {
    const found = line.exec(readFileSync(file, 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined; // it has ended, or is another user's
  }
}
