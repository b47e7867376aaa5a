import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type { Job } from '../loops';
import { bareTaskQueue, bareUpdate, bareWorkflow, type Shape } from './workflow';

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
