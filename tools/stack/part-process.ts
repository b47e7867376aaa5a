import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PartFailedError, type Part } from './part';
import type { Warden } from './warden';

const pollMs = 50;
const shownLogLines = 15;

/** One run of a part's program. */
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
    if (pid !== undefined) killGroup(pid);
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
    new PartFailedError(part.name, reason, readLog().trimEnd().split('\n').slice(-shownLogLines).join('\n'));

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

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // The group is gone.
  }
}
