import { fork, type StdioOptions } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type { Job } from '../loops';
import { bareTaskQueue, bareUpdate, bareWorkflow, type Shape } from './workflow';

export interface BaselineWorker {
  pid: number;
  stop(): Promise<void>;
}

/** Starts the bare workflow's worker as a process of its own. Resolves when it polls. */
export async function startBaselineWorker(address: string, namespace: string): Promise<BaselineWorker> {
  // In a session of its own, as the parts of the system are: Linux divides a busy machine by sessions.
  const options = { detached: true, stdio: ['ignore', 2, 2, 'ipc'] satisfies StdioOptions };
  const worker = fork(join(__dirname, 'worker.js'), [address, namespace], options);
  const exited = once(worker, 'exit');
  const failed = exited.then(([code]) => Promise.reject(new Error(`the bare workflow's worker exited with ${code}`)));
  await Promise.race([once(worker, 'message'), failed]);
  failed.catch(() => undefined); // how `stop` ends it
  return {
    pid: worker.pid ?? 0,
    async stop() {
      if (worker.connected) worker.disconnect();
      await exited;
    },
  };
}

/** Starts a bare workflow and sends its updates, as the APIs do for an order. */
export const bareJob =
  ({ workflow }: Client, shape: Shape): Job =>
  async () => {
    const id = `baseline-${shape}-${randomUUID()}`;
    const startedAt = performance.now();
    const startWorkflowOperation = new WithStartWorkflowOperation(bareWorkflow, {
      workflowId: id,
      taskQueue: bareTaskQueue,
      args: [shape],
      workflowIdConflictPolicy: 'FAIL',
    });
    await workflow.executeUpdateWithStart(bareUpdate, { startWorkflowOperation });
    const placedAt = performance.now();
    const handle = workflow.getHandle(id);
    for (let update = 0; update < 3; update += 1) await handle.executeUpdate(bareUpdate);
    const endedAt = performance.now();
    const timings = { place: placedAt - startedAt, update: (endedAt - placedAt) / 3, whole: endedAt - startedAt };
    return { id, timings };
  };
