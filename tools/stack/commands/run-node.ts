import { spawn } from 'node:child_process';
import { projectRoot } from '../instance';
import type { Warden } from '../warden-client';

/**
 * Runs a script with Node on this terminal and resolves to its exit code. It ends with the
 * launcher, whatever ends that, and is asked to when `stopped` resolves.
 */
export function runNode(
  args: string[],
  { env, warden, stopped }: { env: NodeJS.ProcessEnv; warden: Warden; stopped: Promise<void> },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: projectRoot, env, stdio: 'inherit' });
    const { pid } = child;
    if (pid !== undefined) warden.add(pid, 'SIGTERM');
    void stopped.then(() => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code) => {
      if (pid !== undefined) warden.remove(pid);
      resolve(code ?? 1);
    });
  });
}
