import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { orderWorkflowId, queues, searchAttributes, workflowTypes } from '../../../contracts/names';
import type { OrderResult } from '../../../contracts/workflow';
import { workflowBundlePath } from '../../../workers/order/bundle';
import { readLetters } from '../../broker/dead-letters';
import { listQueues } from '../../broker/management';
import { messageOf } from '../../cli/cli';
import { readSystemVariables, withTemporal } from '../../platform/system';
import { requestStack } from '../../stack/control';
import type { FreshSystem } from '../../stack/launcher';
import { waitingMessages } from '../invariants/invariants';
import { readDatabases } from './databases';
import type { Evidence, Run } from '../invariants/case';

/** `orderIds`: orders to look up even if no database has them. */
export async function collectEvidence(system: FreshSystem, orderIds: string[]): Promise<Evidence> {
  const rows = await readDatabases(system.addresses.postgres);
  const stored = [...rows.records, ...rows.groups, ...rows.deliveries].map(({ orderId }) => orderId);
  const workflows = await inTemporal(async (client) => ({
    runs: await readRuns(client, [...orderIds, ...stored]),
    replayFailures: await replayHistories(client),
  }));
  const found = await readQueues(system); // before the dead letters, which are taken out to be read
  return { ...rows, ...workflows, queues: found, deadLetters: await readDeadLetters(system) };
}

const inTemporal = <T>(use: (client: Client) => Promise<T>): Promise<T> =>
  withTemporal(readSystemVariables(process.env, 'The system lacks variables'), use);

/** Every queue of the broker, also those of other programs. */
async function readQueues({ addresses }: FreshSystem): Promise<Evidence['queues']> {
  if (!addresses.rabbitmqManagement) throw new Error('the broker has no management interface');
  return listQueues(addresses.rabbitmqManagement);
}

async function readDeadLetters({ addresses }: FreshSystem): Promise<Evidence['deadLetters']> {
  const deadLetters = Object.values(queues).map(async (queue) =>
    (await readLetters(addresses.rabbitmq, queue, 'all')).map(({ id, reason }) => ({ queue, id, reason })),
  );
  return (await Promise.all(deadLetters)).flat();
}

const pollIntervalMs = 1_000;
/** The broker counts every 5 s: this covers two counts. */
const settledForMs = 5_500;

/** Waits until all parts are ready, no workflow runs that should end, and queues are empty. Returns what had not settled by the deadline. */
export async function waitUntilSettled(system: FreshSystem, deadline: number): Promise<string[]> {
  let settledSince: number | undefined;
  for (;;) {
    const unsettled = await findUnsettled(system).catch((error: unknown) => [messageOf(error)]);
    settledSince = unsettled.length > 0 ? undefined : (settledSince ?? Date.now());
    if (settledSince !== undefined && Date.now() - settledSince >= settledForMs) return [];
    if (Date.now() > deadline) return unsettled.length > 0 ? unsettled : ['settled too late to be sure'];
    await sleep(pollIntervalMs);
  }
}

async function findUnsettled(system: FreshSystem): Promise<string[]> {
  const { parts } = await requestStack(system.socketPath, { command: 'status' });
  const down = parts.filter(({ state }) => state !== 'ready');
  if (down.length > 0) return down.map(({ name, state }) => `${name} is ${state}`);
  const [workflowIds, found] = await Promise.all([inTemporal(listUnsettled), readQueues(system)]);
  return [...workflowIds.map((id) => `${id} is running`), ...waitingMessages(found)];
}

const { userId, deliveryStatus } = searchAttributes;

/** Describes every workflow that Temporal lists and those of the given orders: the list may lag. */
async function readRuns(client: Client, orderIds: string[]): Promise<Run[]> {
  const ids = new Set(orderIds.map(orderWorkflowId));
  for await (const { workflowId } of client.workflow.list()) ids.add(workflowId);
  const runs: Run[] = [];
  for (const id of ids) runs.push(...(await readRun(client, id)));
  return runs;
}

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

async function replayHistories(client: Client): Promise<Evidence['replayFailures']> {
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
async function listUnsettled(client: Client): Promise<string[]> {
  const unsettled: string[] = [];
  for await (const run of client.workflow.list({ query: 'ExecutionStatus="Running"' })) {
    if (run.typedSearchAttributes.get(deliveryStatus) !== 'PICKED_UP') unsettled.push(run.workflowId);
  }
  return unsettled;
}
