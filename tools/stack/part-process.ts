import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PartFailed, type Part } from './part';
import type { Warden } from './warden-client';

const POLL_MS = 50;
const TAIL_LINES = 15;

/** One run of a part's program, in a process group of its own. */
export class PartProcess {
  readonly startedAt = Date.now();
  /** Resolves, never rejects, with what to say about its end. */
  readonly exited: Promise<string>;
  private readonly child: ChildProcess;
  private readonly logOffset: number;
  private ended = false;

  constructor(
    private readonly part: Part,
    private readonly logFile: string,
    warden: Warden,
  ) {
    this.logOffset = existsSync(logFile) ? statSync(logFile).size : 0;
    const log = openSync(logFile, 'a');
    this.child = spawn(part.command, part.args, {
      cwd: part.cwd,
      env: part.env,
      detached: true,
      stdio: ['ignore', log, log],
      ...part.runAs,
    });
    closeSync(log);
    if (this.child.pid !== undefined) warden.add(-this.child.pid, part.stopSignal);
    this.exited = new Promise<string>((resolve) => {
      this.child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      this.child.once('exit', (code, signal) =>
        resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`),
      );
    }).then((reason) => {
      this.ended = true;
      this.signalGroup('SIGKILL'); // Whatever it had started itself goes with it.
      if (this.child.pid !== undefined) warden.remove(-this.child.pid);
      return reason;
    });
  }

  get pid(): number | null {
    return this.ended ? null : (this.child.pid ?? null);
  }

  /** @throws PartFailed; the process may then still run. */
  async untilReady(): Promise<void> {
    let exitReason: string | undefined;
    void this.exited.then((reason) => (exitReason = reason));
    const deadline = this.startedAt + this.part.readyLimitMs;
    let lastRefusal = '';
    while (Date.now() < deadline) {
      if (exitReason !== undefined) throw this.failure(exitReason);
      try {
        if (await this.part.isReady({ readLog: () => this.readLog() })) return;
      } catch (error) {
        lastRefusal = error instanceof Error ? `: ${error.message}` : '';
      }
      await sleep(POLL_MS);
    }
    throw this.failure(`was not ready within ${this.part.readyLimitMs / 1000} s${lastRefusal}`);
  }

  /** Asks it to end; after its limit it is killed. Resolves when it has ended. */
  async stop(): Promise<void> {
    if (this.ended) return;
    this.child.kill(this.part.stopSignal);
    const timer = setTimeout(() => this.kill(), this.part.stopLimitMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** Ends it at once, with everything in its group. */
  kill(): void {
    this.signalGroup('SIGKILL');
  }

  private signalGroup(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // The group is gone.
    }
  }

  private readLog(): string {
    return readFileSync(this.logFile).subarray(this.logOffset).toString('utf8');
  }

  private failure(reason: string): PartFailed {
    const lines = this.readLog().trimEnd().split('\n').slice(-TAIL_LINES);
    return new PartFailed(this.part.name, reason, lines.join('\n'));
  }
}
