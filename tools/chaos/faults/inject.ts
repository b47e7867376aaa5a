import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { messageOf, say } from '../../cli/cli';
import { query } from '../../platform/system';
import { until } from '../../platform/until';
import { requestStack } from '../../stack/control';
import type { FreshSystem } from '../../stack/launcher';
import type { PartName } from '../../stack/part';
import type { Journal } from '../journal';
import type { Fault } from '../plan/plan';

export interface InjectedFault {
  fault: Fault;
  /** Why the fault had no effect: no connection to stall, for example. */
  error?: string;
}

interface Injector {
  system: FreshSystem;
  freezer: Freezer;
  journal: Journal;
  /** No fault begins after it. One in progress ends as planned. */
  end: AbortSignal;
}

/** Injects each fault at its time. Resolves when all are over and every killed part is ready again. */
export async function injectFaults(injector: Injector, faults: Fault[]): Promise<InjectedFault[]> {
  // Faults of the same part follow each other; faults of different parts overlap.
  const previousOf = new Map<PartName, Promise<unknown>>();
  return Promise.all(
    faults.map(async (fault) => {
      await sleep(fault.atMs, undefined, { signal: injector.end }).catch(() => undefined);
      const injected = (previousOf.get(fault.part) ?? Promise.resolve()).then(() => record(injector, fault));
      previousOf.set(fault.part, injected);
      return injected;
    }),
  );
}

async function record(injector: Injector, fault: Fault): Promise<InjectedFault> {
  if (injector.end.aborted) return { fault, error: 'the run had ended' };
  const target = 'on' in fault ? `${fault.on.database} database (${fault.on.table})` : fault.part;
  const what = `${fault.kind} ${target} for ${(fault.durationMs / 1000).toFixed(1)} s`;
  say(what);
  injector.journal.write({ what });
  try {
    await inject(injector, fault);
    return { fault };
  } catch (error) {
    const reason = messageOf(error);
    injector.journal.write({ what: `${what}: no effect`, reason });
    return { fault, error: reason };
  }
}

async function inject({ system, freezer }: Injector, fault: Fault): Promise<void> {
  const duration = () => sleep(fault.durationMs);
  switch (fault.kind) {
    case 'kill':
      return killPart(system, fault.part, fault.durationMs);
    case 'freeze': {
      const { parts } = await requestStack(system.socketPath, { command: 'status' });
      const pid = parts.find(({ name }) => name === fault.part)?.pid;
      if (!pid) throw new Error('the part is not running');
      return freezer.whileFrozen(pid, duration);
    }
    case 'lock':
      await query(
        system.addresses.postgres[fault.on.database],
        `BEGIN; SET LOCAL lock_timeout = '5s'; LOCK TABLE "${fault.on.table}" IN ACCESS EXCLUSIVE MODE;
        SELECT pg_sleep(${fault.durationMs / 1_000}); ROLLBACK`,
      );
      return;
    case 'stall':
      return freezer.whileFrozen(await findConnection(system.addresses.postgres[fault.on.database]), duration);
  }
}

const startRetryMs = 500;

/** Kills the part and all that it has started, and resolves when it is ready again. */
async function killPart({ socketPath }: FreshSystem, part: PartName, downMs: number): Promise<void> {
  await requestStack(socketPath, { command: 'kill', part });
  await requestStack(socketPath, { command: 'stop', part }); // so that the launcher does not restart it at once
  await sleep(downMs);
  // It cannot start while a part that it needs is down, or a process of its own is still ending.
  while (!(await requestStack(socketPath, { command: 'start', part }).catch(() => null))) await sleep(startRetryMs);
}

/** The server process of a connection in use, which may hold locks, or else of an idle one. Throws when there is none. */
async function findConnection(databaseUrl: string): Promise<number> {
  const [row] = await query<{ pid: number }>(
    databaseUrl,
    `SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    ORDER BY (state <> 'idle') DESC, state_change DESC LIMIT 1`,
  );
  if (!row) throw new Error('the database has no connections');
  return row.pid;
}

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
