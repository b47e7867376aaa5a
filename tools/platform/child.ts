import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a script until `stop`, in a session of its own as parts have: Linux divides a busy machine by sessions. Resolves when it has sent its first
 * message. Throws if it exits before.
 */
export async function startChild(script: string, args: string[]) {
  const child = fork(script, args, { detached: true, stdio: ['ignore', 2, 2, 'ipc'] });
  const exited = once(child, 'exit');
  const failed = exited.then(([code]) => Promise.reject(new Error(`${script} exited with ${code}`)));
  failed.catch(() => undefined); // how `stop` ends it
  const [message] = (await Promise.race([once(child, 'message'), failed])) as [unknown];
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    await exited;
  };
  return { pid: child.pid ?? 0, message, stop };
}
