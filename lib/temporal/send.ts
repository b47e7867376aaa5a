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
import { confirmWaitMs, type Temporal } from './connection';
import { isTaskFailure, isTimeOrConnection, translate } from './errors';

/** `held`: not done within the time, but Temporal has confirmed that it holds it. */
export type Sent<T> = { state: 'completed'; value: T } | { state: 'held' };

/** What to wait for an action before answering that it is accepted (contract, section 2). */
const actionWaitMs = 3_000;
export interface UpdateToSend<Ret, Args extends unknown[]> {
  workflowId: string;
  update: UpdateDefinition<Ret, Args>;
  args: Args;
  waitMs?: number;
}

/** Between two tries to send what a failed workflow task has taken with it. */
const repeatMs = 200;

/**
 * A signal or an update that arrives while the workflow is about to complete makes the server fail that workflow task, and forget the
 * updates in it; the task is done again, steps and all. So is the update: the same id finds it, or sends it.
 */
async function withinTime<T>(client: Client, waitMs: number, send: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    try {
      return await client.withDeadline(deadline, send);
    } catch (err) {
      if (!isTaskFailure(err) || Date.now() + repeatMs > deadline) throw err;
      await sleep(repeatMs);
    }
  }
}

/** Sends an update to a running workflow. Throws UpdateRefusedError, WorkflowGoneError, TemporalAwayError. */
export async function sendUpdate<Ret, Args extends [unknown, ...unknown[]]>(
  { client }: Temporal,
  { workflowId, update, args, waitMs = actionWaitMs }: UpdateToSend<Ret, Args>,
): Promise<Sent<Ret>> {
  const handle = client.workflow.getHandle(workflowId);
  const updateId = randomUUID();
  try {
    const value = await withinTime(client, waitMs, () => handle.executeUpdate(update, { args, updateId }));
    return { state: 'completed', value };
  } catch (err) {
    if (!isTimeOrConnection(err)) throw translate(err);
  }
  try {
    // The same update id: confirms the one that was sent, or sends it if it never arrived.
    const sent = await withinTime(client, confirmWaitMs, () =>
      handle.startUpdate(update, { args, updateId, waitForStage: WorkflowUpdateStage.ACCEPTED }),
    );
    return await outcomeNow(client, sent);
  } catch (err) {
    throw translate(err);
  }
}

/** An update that was refused looks like one that was accepted, until its result is asked for. */
async function outcomeNow<Ret>(client: Client, sent: WorkflowUpdateHandle<Ret>): Promise<Sent<Ret>> {
  try {
    const value = await client.withDeadline(Date.now() + repeatMs, () => sent.result());
    return { state: 'completed', value };
  } catch (err) {
    if (isTimeOrConnection(err)) return { state: 'held' };
    throw err;
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
  const options = { ...start.options, workflowIdConflictPolicy: 'USE_EXISTING' };
  try {
    const value = await withinTime(client, update.waitMs ?? actionWaitMs, () =>
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
