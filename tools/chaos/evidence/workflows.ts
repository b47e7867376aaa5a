import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { orderWorkflowId, searchAttributes, workflowTypes } from '../../../contracts/names';
import type { OrderResult } from '../../../contracts/workflow';
import { dataConverterOf } from '../../../lib/temporal/payload-codec';
import { payloadKeys } from '../../../lib/temporal/payload-keys';
import { workflowBundlePath } from '../../../workers/order/bundle';
import type { FreshSystem } from '../../stack/fresh-system';
import type { Evidence, Run } from './evidence';

const { userId, deliveryStatus } = searchAttributes;

export async function withTemporal<T>(system: FreshSystem, use: (client: Client) => Promise<T>): Promise<T> {
  const { addresses, env } = system;
  const connection = await Connection.connect({ address: addresses.temporal, connectTimeout: '5s' });
  const keys = env['TEMPORAL_PAYLOAD_KEYS'] ? payloadKeys.parse(env['TEMPORAL_PAYLOAD_KEYS']) : undefined;
  const namespace = env['TEMPORAL_NAMESPACE'] ?? 'default';
  try {
    return await use(new Client({ connection, namespace, dataConverter: dataConverterOf(keys) }));
  } finally {
    await connection.close();
  }
}

/** Describes every workflow that Temporal lists and those of the given orders: the list may lag. */
export async function readRuns(client: Client, orderIds: string[]): Promise<Run[]> {
  const ids = new Set(orderIds.map(orderWorkflowId));
  for await (const { workflowId } of client.workflow.list()) ids.add(workflowId);
  const runs: Run[] = [];
  for (const id of ids) {
    const run = await readRun(client, id);
    if (run) runs.push(run);
  }
  return runs;
}

async function readRun(client: Client, workflowId: string): Promise<Run | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { status, type, typedSearchAttributes, raw } = await handle.describe();
    const isEndedOrder = status.name === 'COMPLETED' && type === workflowTypes.order;
    return {
      workflowId,
      status: status.name,
      userId: typedSearchAttributes.get(userId) ?? null,
      outcome: isEndedOrder ? ((await handle.result()) as OrderResult).outcome : null,
      failedAttempts: (raw.pendingWorkflowTask?.attempt ?? 1) - 1,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
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
