import { randomUUID } from 'node:crypto';
import {
  Client,
  Connection,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  WorkflowUpdateStage,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition, type Workflow } from '@temporalio/common';
import { waitFor } from './wait-for';
import type { Log } from './log';

/** Thrown when Temporal can neither carry out nor confirm that it holds what was sent. Nothing may have been stored; repeating is safe. */
export class TemporalAwayError extends Error {
  override readonly name = 'TemporalAwayError';
}

/** Thrown when the workflow does not exist, is closed, or ended before it could answer. */
export class WorkflowGoneError extends Error {
  override readonly name = 'WorkflowGoneError';
}

/** Thrown when the workflow's validator refused; `code` is the failure's type. */
export class UpdateRefusedError extends Error {
  override readonly name = 'UpdateRefusedError';
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

/** `held`: not done within the time, but Temporal has confirmed that it holds it. */
export type Sent<T> = { state: 'completed'; value: T } | { state: 'held' };

export interface Temporal {
  client: Client;
  close(): Promise<void>;
}

/** Connects, waiting for the server up to the start limit. */
export async function connectTemporal(address: string, namespace: string, log: Log): Promise<Temporal> {
  let connection: Connection | undefined;
  await waitFor(
    'Temporal',
    async () => (connection = await Connection.connect({ address, connectTimeout: '5s' })),
    log,
  );
  if (!connection) throw new TemporalAwayError('not connected to Temporal');
  const connected = connection;
  return { client: new Client({ connection: connected, namespace }), close: () => connected.close() };
}

/** What to wait for an action before answering that it is accepted (contract, section 2). */
export const actionWaitMs = 3_000;
/** What to wait after that for Temporal's word that it holds the action. */
const confirmWaitMs = 1_000;

export interface UpdateToSend<Ret, Args extends unknown[]> {
  workflowId: string;
  update: UpdateDefinition<Ret, Args>;
  args: Args;
  waitMs?: number;
}

/** Sends an update to a running workflow. Throws UpdateRefusedError, WorkflowGoneError, TemporalAwayError. */
export async function sendUpdate<Ret, Args extends [unknown, ...unknown[]]>(
  { client }: Temporal,
  { workflowId, update, args, waitMs = actionWaitMs }: UpdateToSend<Ret, Args>,
): Promise<Sent<Ret>> {
  const handle = client.workflow.getHandle(workflowId);
  const updateId = randomUUID();
  try {
    const value = await client.withDeadline(Date.now() + waitMs, () =>
      handle.executeUpdate(update, { args, updateId }),
    );
    return { state: 'completed', value };
  } catch (err) {
    if (!isTimeOrConnection(err)) throw translate(err);
  }
  try {
    // The same update id: confirms the one that was sent, or sends it if it never arrived.
    await client.withDeadline(Date.now() + confirmWaitMs, () =>
      handle.startUpdate(update, { args, updateId, waitForStage: WorkflowUpdateStage.ACCEPTED }),
    );
    return { state: 'held' };
  } catch (err) {
    throw translate(err);
  }
}

export interface WorkflowToStart<W extends Workflow> {
  workflow: string;
  options: Omit<ConstructorParameters<typeof WithStartWorkflowOperation<W>>[1], 'workflowIdConflictPolicy'>;
}

export interface FirstUpdate<Ret, Args extends unknown[]> {
  definition: UpdateDefinition<Ret, Args>;
  /** The same id gets the first outcome, also after the workflow has ended. */
  updateId: string;
  args: Args;
  waitMs?: number;
}

/**
 * Starts a workflow, or finds it running, and asks it for its first answer by an update. When the time runs out nobody knows
 * whether the start was stored, so it is sent again plain: the same workflow id, thus no second run.
 * Throws UpdateRefusedError, WorkflowGoneError (closed, and this update was never in it), TemporalAwayError.
 */
export async function startWithUpdate<W extends Workflow, Ret, Args extends unknown[]>(
  { client }: Temporal,
  start: WorkflowToStart<W>,
  update: FirstUpdate<Ret, Args>,
): Promise<Sent<Ret>> {
  const startWorkflowOperation = new WithStartWorkflowOperation<W>(start.workflow, {
    ...start.options,
    workflowIdConflictPolicy: 'USE_EXISTING',
  } as ConstructorParameters<typeof WithStartWorkflowOperation<W>>[1]);
  try {
    const value = await client.withDeadline(Date.now() + (update.waitMs ?? actionWaitMs), () =>
      client.workflow.executeUpdateWithStart(update.definition, {
        updateId: update.updateId,
        args: update.args,
        startWorkflowOperation,
      }),
    );
    return { state: 'completed', value };
  } catch (err) {
    if (err instanceof WorkflowExecutionAlreadyStartedError) return outcomeOfClosed(client, start, update);
    if (!isTimeOrConnection(err)) throw translate(err);
  }
  try {
    await startWorkflow({ client }, start);
    return { state: 'held' };
  } catch (err) {
    if (err instanceof WorkflowExecutionAlreadyStartedError) return { state: 'held' };
    throw err;
  }
}

/**
 * Starts a workflow, or finds it running. Throws WorkflowExecutionAlreadyStartedError when it has ended and its id is not to be
 * used again, TemporalAwayError.
 */
export async function startWorkflow<W extends Workflow>(
  { client }: Pick<Temporal, 'client'>,
  { workflow, options }: WorkflowToStart<W>,
): Promise<void> {
  try {
    await client.withDeadline(Date.now() + confirmWaitMs, () =>
      client.workflow.start<Workflow>(workflow, { ...options, workflowIdConflictPolicy: 'USE_EXISTING' }),
    );
  } catch (err) {
    throw translate(err);
  }
}

/** The workflow ran and ended: its update's outcome is still known by the update's id. */
async function outcomeOfClosed<W extends Workflow, Ret>(
  client: Client,
  start: WorkflowToStart<W>,
  update: { updateId: string; waitMs?: number },
): Promise<Sent<Ret>> {
  const handle = client.workflow.getHandle(start.options.workflowId).getUpdateHandle<Ret>(update.updateId);
  try {
    const value = await client.withDeadline(Date.now() + (update.waitMs ?? actionWaitMs), () => handle.result());
    return { state: 'completed', value };
  } catch (err) {
    throw translate(err);
  }
}

/** One value of a workflow's memo; undefined where it has none of that name. Needs no worker. Throws TemporalAwayError, WorkflowGoneError. */
export async function readMemo({ client }: Temporal, workflowId: string, name: string): Promise<unknown> {
  try {
    const { memo } = await client.withDeadline(Date.now() + confirmWaitMs, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
    return memo?.[name];
  } catch (err) {
    throw translate(err);
  }
}

/** The server's failure type for an update that was accepted when its workflow ended. */
const cutOff = 'AcceptedUpdateCompletedWorkflow';
const grpcNotFound = 5;

function translate(err: unknown): Error {
  if (err instanceof WorkflowUpdateFailedError) {
    const cause = err.cause instanceof ApplicationFailure ? err.cause : undefined;
    if (cause?.type === cutOff) return new WorkflowGoneError(cause.message);
    return new UpdateRefusedError(cause?.message ?? err.message, cause?.type ?? 'REFUSED');
  }
  if (err instanceof WorkflowNotFoundError) return new WorkflowGoneError(err.message);
  if (isGrpcServiceError(err) && err.code === (grpcNotFound as typeof err.code))
    return new WorkflowGoneError(err.message);
  if (isTimeOrConnection(err)) return new TemporalAwayError('Temporal did not confirm in time', { cause: err });
  return err instanceof Error ? err : new Error(String(err));
}

/** CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE: nothing is known of what was sent. */
const undecided = new Set<number>([1, 4, 8, 10, 14]);

function isTimeOrConnection(err: unknown): boolean {
  if (err instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  for (let cause: unknown = err; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause) && undecided.has(cause.code)) return true;
  }
  return false;
}
