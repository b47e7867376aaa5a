import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { queues } from '../../../contracts/names';
import { readLetters } from '../../broker/dead-letters';
import { listQueues } from '../../broker/management';
import { messageOf } from '../../cli/output';
import { readSystemVariables, withTemporal } from '../../platform/system';
import { requestStack } from '../../stack/control';
import type { FreshSystem } from '../../stack/fresh-system';
import { waitingMessages } from '../invariants/leftovers';
import { readDatabases } from './databases';
import type { Evidence } from './evidence';
import { listUnsettled, readRuns, replayHistories } from './workflows';

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

/**
 * Waits until all parts are ready, every workflow that should end has ended, and no queue holds a message.
 * Returns what had not settled by the deadline; empty when everything had.
 */
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
