import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowUpdateHandle,
  WorkflowUpdateStage,
} from '@temporalio/client';
import type { UpdateDefinition, Workflow } from '@temporalio/common';
import { serverTimeoutMs, type Temporal } from './connection';
import { isOutcomeUnknown, isTaskFailure, toTemporalError } from './errors';

/** `held`: not completed before the deadline, but Temporal has confirmed that it has accepted it. */
export type Sent<T> = { state: 'completed'; value: T } | { state: 'held' };

/** How long to wait for an action's outcome before answering 202 (contract, section 2). */
const actionTimeoutMs = 3_000;

export interface UpdateToSend<Ret, Args extends unknown[]> {
  workflowId: string;
  update: UpdateDefinition<Ret, Args>;
  args: Args;
  timeoutMs?: number;
}

/** The delay before an update that a failed workflow task has dropped is sent again. */
const resendDelayMs = 200;

/**
 * A signal or update that arrives while the workflow is about to complete makes the server fail that workflow task and drop the updates in
 * it. The task is retried with all its steps, so the update is sent again too: the same id finds it, or creates it.
 */
async function beforeDeadline<T>(client: Client, timeoutMs: number, send: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await client.withDeadline(deadline, send);
    } catch (error) {
      if (!isTaskFailure(error) || Date.now() + resendDelayMs > deadline) throw error;
      await sleep(resendDelayMs);
    }
  }
}

/** Sends an update to a running workflow. Throws UpdateRefusedError, WorkflowGoneError, TemporalUnavailableError. */
export async function sendUpdate<Ret, Args extends [unknown, ...unknown[]]>(
  { client }: Temporal,
  { workflowId, update, args, timeoutMs = actionTimeoutMs }: UpdateToSend<Ret, Args>,
): Promise<Sent<Ret>> {
  const handle = client.workflow.getHandle(workflowId);
  const updateId = randomUUID();
  try {
    const value = await beforeDeadline(client, timeoutMs, () => handle.executeUpdate(update, { args, updateId }));
    return { state: 'completed', value };
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw toTemporalError(error);
  }
  try {
    // The same update id: confirms the update if it arrived, or sends it again if not.
    const sent = await beforeDeadline(client, serverTimeoutMs, () =>
      handle.startUpdate(update, { args, updateId, waitForStage: WorkflowUpdateStage.ACCEPTED }),
    );
    return await outcomeNow(client, sent);
  } catch (error) {
    throw toTemporalError(error);
  }
}

/** A rejected update looks like an accepted one until its result is fetched. */
async function outcomeNow<Ret>(client: Client, sent: WorkflowUpdateHandle<Ret>): Promise<Sent<Ret>> {
  try {
    const value = await client.withDeadline(Date.now() + resendDelayMs, () => sent.result());
    return { state: 'completed', value };
  } catch (error) {
    if (isOutcomeUnknown(error)) return { state: 'held' };
    throw error;
  }
}

export interface WorkflowToStart<W extends Workflow> {
  workflow: string;
  options: Omit<ConstructorParameters<typeof WithStartWorkflowOperation<W>>[1], 'workflowIdConflictPolicy'>;
}

export interface FirstUpdate<Ret, Args extends unknown[]> {
  definition: UpdateDefinition<Ret, Args>;
  /** A repeat with the same id returns the first outcome, even after the workflow has ended. */
  updateId: string;
  args: Args;
  timeoutMs?: number;
}

/**
 * Starts a workflow, or finds it running, and sends it its first update. At the deadline it is unknown whether the start was stored, so a
 * plain start follows: the same workflow id, so there is no second run.
 * Throws UpdateRefusedError, WorkflowGoneError (closed, and it never had this update), TemporalUnavailableError.
 */
export async function startWithUpdate<W extends Workflow, Ret, Args extends unknown[]>(
  { client }: Temporal,
  start: WorkflowToStart<W>,
  update: FirstUpdate<Ret, Args>,
): Promise<Sent<Ret>> {
  const options = { ...start.options, workflowIdConflictPolicy: 'USE_EXISTING' };
  try {
    const value = await beforeDeadline(client, update.timeoutMs ?? actionTimeoutMs, () =>
      client.workflow.executeUpdateWithStart(update.definition, {
        updateId: update.updateId,
        args: update.args,
        startWorkflowOperation: new WithStartWorkflowOperation<W>(
          start.workflow,
          options as ConstructorParameters<typeof WithStartWorkflowOperation<W>>[1],
        ),
      }),
    );
    return { state: 'completed', value };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return outcomeOfClosed(client, start, update);
    if (!isOutcomeUnknown(error)) throw toTemporalError(error);
  }
  try {
    await startWorkflow({ client }, start);
    return { state: 'held' };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { state: 'held' };
    throw error;
  }
}

/**
 * Starts a workflow, or finds it running. Throws WorkflowExecutionAlreadyStartedError when it has ended and its id must not be reused, TemporalUnavailableError.
 */
export async function startWorkflow<W extends Workflow>(
  { client }: Pick<Temporal, 'client'>,
  { workflow, options }: WorkflowToStart<W>,
): Promise<void> {
  try {
    await client.withDeadline(Date.now() + serverTimeoutMs, () =>
      client.workflow.start<Workflow>(workflow, { ...options, workflowIdConflictPolicy: 'USE_EXISTING' }),
    );
  } catch (error) {
    throw toTemporalError(error);
  }
}

/** Of a closed workflow the server still has the outcomes of its updates, by their ids. */
async function outcomeOfClosed<W extends Workflow, Ret>(
  client: Client,
  start: WorkflowToStart<W>,
  update: { updateId: string; timeoutMs?: number },
): Promise<Sent<Ret>> {
  const handle = client.workflow.getHandle(start.options.workflowId).getUpdateHandle<Ret>(update.updateId);
  try {
    const value = await client.withDeadline(Date.now() + (update.timeoutMs ?? actionTimeoutMs), () => handle.result());
    return { state: 'completed', value };
  } catch (error) {
    throw toTemporalError(error);
  }
}
