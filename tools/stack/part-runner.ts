import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../cli/cli';
import { rotateLog } from './instance';
import { PartFailedError, type Part, type PartState, type PartStatus } from './part';
import type { Warden } from './warden';

const pollMs = 50;
const shownLogLines = 15;

export type PartProcess = ReturnType<typeof startProcess>;

/** Starts the program in a process group of its own, with its output appended to the log file. It ends with the launcher. */
export function startProcess(part: Part, logFile: string, warden: Warden) {
  const startedAt = Date.now();
  const log = openSync(logFile, 'a');
  const logOffset = fstatSync(log).size;
  const { command, args, cwd, env, runAs } = part;
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', log, log], ...runAs });
  closeSync(log);
  const { pid } = child;
  if (pid !== undefined) warden.add(-pid, part.stopSignal);
  const kill = () => {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // The group is gone.
    }
  };
  let endedBy: string | undefined;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`));
  }).then((reason) => {
    endedBy = reason;
    kill(); // What it had started ends with it.
    if (pid !== undefined) warden.remove(-pid);
    return reason;
  });

  const readLog = () => readFileSync(logFile).subarray(logOffset).toString('utf8');
  const failure = (reason: string) =>
    new PartFailedError(`${part.name} ${reason}`, readLog().trimEnd().split('\n').slice(-shownLogLines).join('\n'));

  return {
    startedAt,
    /** Null once it has ended. */
    pid: () => (endedBy === undefined ? (pid ?? null) : null),
    /** Resolves to the way it ended, as the end of a sentence; never rejects. */
    exited,
    /** Resolves when the part is ready. Throws PartFailedError when it ends first or times out; it may then still run. */
    async untilReady(): Promise<void> {
      let lastRefusal = '';
      while (Date.now() < startedAt + part.readyTimeoutMs) {
        if (endedBy !== undefined) throw failure(endedBy);
        try {
          if (await part.isReady({ readLog })) return;
        } catch (error) {
          lastRefusal = error instanceof Error ? `: ${error.message}` : '';
        }
        await sleep(pollMs);
      }
      throw failure(`was not ready within ${part.readyTimeoutMs / 1000} s${lastRefusal}`);
    },
    /** Sends the part's stop signal, and kills it at its timeout. Resolves when it has ended. */
    async stop(): Promise<void> {
      if (endedBy !== undefined) return;
      child.kill(part.stopSignal);
      const timer = setTimeout(kill, part.stopTimeoutMs);
      await exited;
      clearTimeout(timer);
    },
    /** Sends SIGKILL to it and to everything that it has started. */
    kill,
  };
}

export type PartRunner = ReturnType<typeof createPartRunner>;

type Run = ReturnType<typeof newRun>;

const newRun = (part: Part, logFile: string, warden: Warden) => ({
  part,
  state: 'waiting' as PartState,
  restarts: 0,
  launch: () => startProcess(part, logFile, warden),
  current: undefined as PartProcess | undefined,
  /** Resolves when a restart is no longer possible. */
  supervision: Promise.resolve(),
  stopping: new AbortController(),
});

/** Keeps one part running: restarts it when it dies. */
export function createPartRunner(part: Part, logFile: string, warden: Warden) {
  rotateLog(logFile);
  const run = newRun(part, logFile, warden);
  return {
    name: part.name,
    status(): PartStatus {
      const { name, address } = part;
      const { state, restarts } = run;
      return { name, pid: run.current?.pid() ?? null, state, address, restarts, log: logFile };
    },
    /** Resolves when the part is ready; a no-op if it runs. Throws PartFailedError when it does not get ready; it then does not run. */
    start: () => start(run),
    /** Resolves when the part has ended; it stays down until `start`. */
    stop: () => stop(run),
    restart: () => stop(run).then(() => start(run)),
    /** Kills the process. The part is restarted, unless it is being stopped. */
    kill: () => run.current?.kill(),
  };
}

async function start(run: Run): Promise<void> {
  if (run.state !== 'waiting' && run.state !== 'stopped') return;
  run.stopping = new AbortController();
  run.state = 'starting';
  const process = (run.current = run.launch());
  try {
    await process.untilReady();
  } catch (error) {
    process.kill();
    await process.exited;
    run.state = 'stopped';
    throw error;
  }
  if (run.stopping.signal.aborted) return;
  run.state = 'ready';
  run.supervision = supervise(run, process, run.stopping.signal);
}

async function stop(run: Run): Promise<void> {
  if (run.state === 'waiting') return;
  run.stopping.abort();
  run.state = 'stopping';
  await run.current?.stop();
  await run.supervision;
  run.state = 'stopped';
}

async function supervise(run: Run, first: PartProcess, signal: AbortSignal): Promise<void> {
  let process = first;
  let failures = 0;
  for (;;) {
    const reason = await process.exited;
    if (signal.aborted) return;
    failures = failuresInARow(failures, Date.now() - process.startedAt);
    const delayMs = restartDelayMs(failures);
    run.state = 'restarting';
    say(`${run.part.name} ${reason}; restarting it in ${delayMs / 1000} s`);
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    run.restarts += 1;
    process = run.current = run.launch();
    try {
      await process.untilReady();
      if (signal.aborted) return;
      run.state = 'ready';
      say(`${run.part.name} is ready again (restart ${run.restarts})`);
    } catch {
      process.kill(); // The next round reports its end and restarts it.
    }
  }
}

/** A part that keeps dying is restarted this rarely, so that it does not fill its log. */
export const longestRestartDelayMs = 15_000;
/** A part that ran this long was healthy: its death is a new problem. */
export const stableAfterMs = 60_000;

/** Milliseconds to wait before the next start, after this many failures in a row (1 or more). */
export const restartDelayMs = (failures: number): number => Math.min(500 * 2 ** (failures - 1), longestRestartDelayMs);

export const failuresInARow = (before: number, uptimeMs: number): number =>
  uptimeMs >= stableAfterMs ? 1 : before + 1;
