import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './control';
import type { Instance } from './instance';

const POLL_MS = 50;

/** The launcher's end of its warden (see warden.ts). */
export class Warden {
  private process: ChildProcess | undefined;

  constructor(private readonly instance: Instance) {}

  /**
   * Starts the warden; call it before `add`. Waits for that of a launcher before, which may
   * be about to end what a killed launcher has left.
   */
  async takeOver(): Promise<void> {
    const { wardenSocketPath } = this.instance;
    while (await isAlive(wardenSocketPath)) await sleep(POLL_MS);
    this.process = spawn(process.execPath, [join(__dirname, 'warden.js'), wardenSocketPath], {
      detached: true, // Its own group: Ctrl-C in the terminal must not reach it.
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.process.unref();
    this.process.once('error', () => undefined);
    this.process.stdin?.on('error', () => undefined);
  }

  /** From now on the target (pid, or negated group id) ends with the launcher. */
  add(target: number, signal: NodeJS.Signals): void {
    this.process?.stdin?.write(`add ${target} ${signal}\n`);
  }

  remove(target: number): void {
    this.process?.stdin?.write(`remove ${target}\n`);
  }

  /** Everything has ended in an orderly way: nothing is left to watch. */
  dismiss(): void {
    this.process?.stdin?.end('bye\n');
  }
}
