import { setTimeout as sleep } from 'node:timers/promises';
import { failuresInARow, restartDelayMs } from './backoff';
import { rotateLog } from './instance';
import type { Part, PartState, PartStatus } from './part';
import { PartProcess } from './part-process';
import type { Warden } from './warden-client';

export interface RunnerDeps {
  logFile: string;
  warden: Warden;
  /** Told what somebody at the screen should know about the part. */
  say: (line: string) => void;
}

/** Keeps one part running: starts it, starts it again when it dies, stops it. */
export class PartRunner {
  private state: PartState = 'waiting';
  private restarts = 0;
  private current: PartProcess | undefined;
  private supervision: Promise<void> = Promise.resolve();
  private stopRequested = new AbortController();

  constructor(
    readonly part: Part,
    private readonly deps: RunnerDeps,
  ) {
    rotateLog(deps.logFile);
  }

  status(): PartStatus {
    return {
      name: this.part.name,
      pid: this.current?.pid ?? null,
      state: this.state,
      address: this.part.address,
      restarts: this.restarts,
      log: this.deps.logFile,
    };
  }

  /**
   * Resolves when the part is ready, which it is then kept.
   * @throws PartFailed if this first start fails; nothing of it runs on then.
   */
  async start(): Promise<void> {
    if (this.state !== 'waiting' && this.state !== 'stopped') return;
    this.stopRequested = new AbortController();
    this.state = 'starting';
    const run = this.launch();
    try {
      await run.untilReady();
    } catch (error) {
      run.kill();
      await run.exited;
      this.state = 'stopped';
      throw error;
    }
    if (this.stopRequested.signal.aborted) return;
    this.state = 'ready';
    this.supervision = this.supervise(run);
  }

  /** Resolves when the part has ended; it stays down until `start`. */
  async stop(): Promise<void> {
    if (this.state === 'waiting') return;
    this.stopRequested.abort();
    this.state = 'stopping';
    await this.current?.stop();
    await this.supervision;
    this.state = 'stopped';
  }

  /** Kills the process. What is kept running comes back; what is being stopped is gone. */
  kill(): void {
    this.current?.kill();
  }

  private launch(): PartProcess {
    this.current = new PartProcess(this.part, this.deps.logFile, this.deps.warden);
    return this.current;
  }

  private async supervise(first: PartProcess): Promise<void> {
    const { signal } = this.stopRequested;
    let run = first;
    let failures = 0;
    for (;;) {
      const reason = await run.exited;
      if (signal.aborted) return;
      failures = failuresInARow(failures, Date.now() - run.startedAt);
      const delayMs = restartDelayMs(failures);
      this.state = 'restarting';
      this.deps.say(`${this.part.name} ${reason}; starting it again in ${delayMs / 1000} s`);
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      this.restarts += 1;
      run = this.launch();
      await this.untilReadyAgain(run, signal);
    }
  }

  private async untilReadyAgain(run: PartProcess, signal: AbortSignal): Promise<void> {
    try {
      await run.untilReady();
      if (signal.aborted) return;
      this.state = 'ready';
      this.deps.say(`${this.part.name} is ready again (restart ${this.restarts})`);
    } catch {
      run.kill(); // Its end is told, and the next start planned, by whoever waits for it.
    }
  }
}
