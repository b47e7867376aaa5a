import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ClosedLoop } from '../load/closed-loop';
import type { LoadResult, WindowHooks } from '../load/job';
import type { CeilingReply, CeilingRequest } from './messages';
import type { Shape } from './shape';

export interface Ceiling {
  pids: { 'ceiling-worker': number; 'ceiling-client': number };
  /** A closed loop of bare workflows, driven by the client's own process. Not two at a time. */
  run(shape: Shape, loop: ClosedLoop, hooks: WindowHooks): Promise<CeilingResult>;
  stop(): Promise<void>;
}

export interface CeilingResult extends LoadResult {
  /** Workflow ids of the last ones. */
  lastIds: string[];
}

/** Starts the bare workflow's worker and its client. Resolves when both are ready. */
export async function startCeiling(address: string, namespace: string): Promise<Ceiling> {
  const start = (file: string) => fork(join(__dirname, file), [address, namespace], { stdio: ['ignore', 2, 2, 'ipc'] });
  const [worker, client] = [start('worker.js'), start('client.js')];
  await Promise.all([worker, client].map((child) => untilReply(child, ({ event }) => event === 'ready' || undefined)));
  return {
    pids: { 'ceiling-worker': pidOf(worker), 'ceiling-client': pidOf(client) },
    async run(shape, loop, hooks) {
      client.send({ shape, ...loop } satisfies CeilingRequest);
      return untilReply(client, (reply) => {
        if (reply.event === 'opened') hooks.opened();
        if (reply.event === 'closed') hooks.closed();
        if (reply.event === 'failed') throw new Error(`the bare workflow: ${reply.message}`);
        return reply.event === 'result' ? { ...reply.result, lastIds: reply.lastIds } : undefined;
      });
    },
    async stop() {
      const running = [worker, client].filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      const ended = running.map((child) => once(child, 'exit'));
      for (const child of running) child.disconnect();
      await Promise.all(ended);
    },
  };
}

/** Shows each reply to `found` until that returns something. Rejects with what it throws, and when the process ends. */
function untilReply<T>(child: ChildProcess, found: (reply: CeilingReply) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      child.off('message', onMessage).off('exit', onExit);
      act();
    };
    const onExit = (code: number | null): void =>
      settle(() => reject(new Error(`a process of the bare workflow ended with ${code}`)));
    const onMessage = (message: unknown): void => {
      try {
        const value = found(message as CeilingReply);
        if (value !== undefined) settle(() => resolve(value));
      } catch (error) {
        settle(() => reject(error instanceof Error ? error : new Error(String(error))));
      }
    };
    child.on('message', onMessage).on('exit', onExit);
  });
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('a process of the bare workflow could not be started');
  return pid;
}
