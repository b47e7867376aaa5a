import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { orderWorkflowId, searchAttributes, workflowTypes } from '../../../contracts/names';
import type { OrderResult } from '../../../contracts/workflow';
import { workflowBundlePath } from '../../../workers/order/bundle';
import type { Evidence, Run } from './evidence';

const { userId, deliveryStatus } = searchAttributes;

/** Describes every workflow that Temporal lists and those of the given orders: the list may lag. */
export async function readRuns(client: Client, orderIds: string[]): Promise<Run[]> {
  const ids = new Set(orderIds.map(orderWorkflowId));
  for await (const { workflowId } of client.workflow.list()) ids.add(workflowId);
  const runs: Run[] = [];
  for (const id of ids) runs.push(...(await readRun(client, id)));
  return runs;
}

/** None when Temporal does not know the workflow. */
async function readRun(client: Client, workflowId: string): Promise<Run[]> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { status, type, typedSearchAttributes, raw } = await handle.describe();
    const isEndedOrder = status.name === 'COMPLETED' && type === workflowTypes.order;
    const run = {
      workflowId,
      status: status.name,
      userId: typedSearchAttributes.get(userId) ?? null,
      outcome: isEndedOrder ? ((await handle.result()) as OrderResult).outcome : null,
      failedAttempts: (raw.pendingWorkflowTask?.attempt ?? 1) - 1,
    };
    return [run];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    throw error;
  }
}

/** Replays every history with the built workflow bundle. */
export async function replayHistories(client: Client): Promise<Evidence['replayFailures']> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
  const failures: Evidence['replayFailures'] = [];
  const options = { workflowBundle: { codePath: workflowBundlePath }, dataConverter: client.options.dataConverter };
  const histories = client.workflow.list().intoHistories();
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    if (error) failures.push({ workflowId, error: error.message });
  }
  return failures;
}

/** Ids of the running workflows that should end soon: all but those that wait for a courier who has picked up. */
export async function listUnsettled(client: Client): Promise<string[]> {
  const unsettled: string[] = [];
  for await (const run of client.workflow.list({ query: 'ExecutionStatus="Running"' })) {
    if (run.typedSearchAttributes.get(deliveryStatus) !== 'PICKED_UP') unsettled.push(run.workflowId);
  }
  return unsettled;
}
