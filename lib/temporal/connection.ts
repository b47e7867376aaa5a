import { Client, Connection, WorkflowFailedError, type WorkflowExecutionDescription } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { StartupRetry } from '../process/startup-retry';
import { isTracing } from '../tracing/sdk';
import type { TemporalServer } from './server';
import { tracingClient } from './tracing';
import { TemporalAwayError, translate, WorkflowGoneError } from './errors';

export interface Temporal {
  client: Client;
  close(): Promise<void>;
}

/** Connects, waiting for the server and for its namespace. Throws StartLimitError. */
export async function connectTemporal(
  server: TemporalServer,
  namespace: string,
  patience: StartupRetry,
  dataConverter?: DataConverter,
): Promise<Temporal> {
  let connection: Connection | undefined;
  await patience.waitFor(`Temporal at ${server.address}`, async () => {
    connection ??= await Connection.connect({ ...server, connectTimeout: '2s' }); // one is enough: it reconnects by itself
    await checkTemporal({ client: new Client({ connection, namespace }) });
  });
  if (!connection) throw new TemporalAwayError('not connected to Temporal');
  const connected = connection;
  const interceptors = isTracing() ? tracingClient : undefined;
  const client = new Client({ connection: connected, namespace, dataConverter, interceptors });
  return { client, close: () => connected.close() };
}

/** What to wait for Temporal's own word. */
export const confirmWaitMs = 1_000;

/** Resolves when Temporal answers, and knows the namespace. */
export const checkTemporal = ({ client }: Pick<Temporal, 'client'>): Promise<unknown> =>
  client.withDeadline(Date.now() + confirmWaitMs, () =>
    client.workflowService.describeNamespace({ namespace: client.options.namespace }),
  );

/** What Temporal itself knows of a workflow, open or closed; null if nothing. Needs no worker. Throws TemporalAwayError. */
export async function describeWorkflow(
  { client }: Temporal,
  workflowId: string,
): Promise<WorkflowExecutionDescription | null> {
  try {
    return await client.withDeadline(Date.now() + confirmWaitMs, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
  } catch (err) {
    const error = translate(err);
    if (error instanceof WorkflowGoneError) return null;
    throw error;
  }
}

/** The result of a workflow that has ended. Throws WorkflowGoneError when it failed or there is none, TemporalAwayError. */
export async function resultOf<T>({ client }: Temporal, workflowId: string): Promise<T> {
  try {
    return (await client.withDeadline(Date.now() + confirmWaitMs, () =>
      client.workflow.getHandle(workflowId).result(),
    )) as T;
  } catch (err) {
    if (err instanceof WorkflowFailedError) throw new WorkflowGoneError(err.message, { cause: err });
    throw translate(err);
  }
}
