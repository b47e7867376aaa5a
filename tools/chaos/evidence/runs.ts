import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { orderWorkflowId, searchAttributes, workflowTypes } from '../../../contracts/names';
import type { OrderResult } from '../../../contracts/workflow';
import { dataConverterOf } from '../../../lib/temporal/payload-codec';
import { workflowBundlePath } from '../../../workers/order/bundle';
import type { Addresses } from '../addresses';
import type { Evidence, Run } from './evidence';

const atATime = 20;
const { userId, deliveryStatus } = searchAttributes;

/** Runs with a client of its own. */
async function withTemporal<T>(addresses: Addresses, use: (client: Client) => Promise<T>): Promise<T> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = addresses;
  const connection = await Connection.connect({ address, connectTimeout: '5s' });
  try {
    return await use(
      new Client({ connection, namespace, dataConverter: dataConverterOf(addresses.TEMPORAL_PAYLOAD_KEYS) }),
    );
  } finally {
    await connection.close();
  }
}

/** Every workflow that Temporal lists, and those of the orders that the databases know: each asked for itself. */
export function readRuns(addresses: Addresses, orderIds: string[]): Promise<Run[]> {
  return withTemporal(addresses, async (client) => {
    const ids = new Set(orderIds.map(orderWorkflowId));
    for await (const { workflowId } of client.workflow.list()) ids.add(workflowId);
    const queue = [...ids];
    const runs: Run[] = [];
    const readSome = async (): Promise<void> => {
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
        const run = await readRun(client, id);
        if (run) runs.push(run);
      }
    };
    await Promise.all(Array.from({ length: atATime }, readSome));
    return runs;
  });
}

async function readRun(client: Client, workflowId: string): Promise<Run | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const described = await handle.describe();
    const { status, type, startTime, closeTime, raw } = described;
    const isEndedOrder = status.name === 'COMPLETED' && type === workflowTypes.order;
    const attempt = raw.pendingWorkflowTask?.attempt ?? 1;
    return {
      workflowId,
      status: status.name,
      userId: described.typedSearchAttributes.get(userId) ?? null,
      outcome: isEndedOrder ? ((await handle.result()) as OrderResult).outcome : null,
      failingTask: attempt - 1,
      tookMs: closeTime ? closeTime.getTime() - startTime.getTime() : null,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Replays every history with the workflows as they were built. */
export function replayAll(addresses: Addresses): Promise<Evidence['notReplayed']> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
  return withTemporal(addresses, async (client) => {
    const notReplayed: Evidence['notReplayed'] = [];
    const options = {
      workflowBundle: { codePath: workflowBundlePath },
      dataConverter: dataConverterOf(addresses.TEMPORAL_PAYLOAD_KEYS),
    };
    const results = Worker.runReplayHistories(options, client.workflow.list().intoHistories());
    for await (const { workflowId, error } of results) {
      if (error) notReplayed.push({ workflowId, error: error.message });
    }
    return notReplayed;
  });
}

/** Ids of workflows that run and wait for nothing that a person may well take long for: the way to the customer. */
export function listUnsettled(addresses: Addresses): Promise<string[]> {
  return withTemporal(addresses, async (client) => {
    const unsettled: string[] = [];
    for await (const run of client.workflow.list({ query: 'ExecutionStatus="Running"' })) {
      if (run.typedSearchAttributes.get(deliveryStatus) !== 'PICKED_UP') unsettled.push(run.workflowId);
    }
    return unsettled;
  });
}
