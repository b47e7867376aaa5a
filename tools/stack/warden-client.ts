import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** The launcher's end of its warden (see warden.ts). */
export class Warden {
  private readonly process: ChildProcess;

  /** @param socketPath removed by the warden if the launcher cannot do so itself. */
  constructor(socketPath: string) {
    this.process = spawn(process.execPath, [join(__dirname, 'warden.js'), socketPath], {
      detached: true, // Its own group: Ctrl-C in the terminal must not reach it.
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.process.unref();
    this.process.once('error', () => undefined);
    this.process.stdin?.on('error', () => undefined);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** From now on the target (pid, or negated group id) ends with the launcher. */
  add(target: number, signal: NodeJS.Signals): void {
    this.process.stdin?.write(`add ${target} ${signal}\n`);
  }

  remove(target: number): void {
    this.process.stdin?.write(`remove ${target}\n`);
  }

  /** Everything has ended in an orderly way: nothing is left to watch. */
  dismiss(): void {
    this.process.stdin?.end('bye\n');
  }
}
