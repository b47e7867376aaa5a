import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowStartOptions,
  WorkflowUpdateStage,
} from '@temporalio/client';
import type { UpdateDefinition, Workflow } from '@temporalio/common';
import { callServer, serverTimeoutMs, type Temporal } from './connection';
import { isOutcomeUnknown, isTaskFailure, toTemporalError, translated } from './errors';

/** `held`: not completed before the deadline, but Temporal has confirmed that it has accepted it. */
export type Sent<T> = { state: 'completed'; value: T } | { state: 'held' };

/** How long to wait for an action's outcome before answering 202 (contract, section 2). */
const actionTimeoutMs = 3_000;
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

/** The outcome of an update, or undefined when it is unknown. Other errors are translated. */
async function outcomeOf<T>(update: Promise<T>): Promise<Sent<T> | undefined> {
  try {
    return { state: 'completed', value: await update };
  } catch (error) {
    if (isOutcomeUnknown(error)) return undefined;
    throw toTemporalError(error);
  }
}

/** Sends an update to a running workflow. Throws UpdateRefusedError, WorkflowGoneError, TemporalUnavailableError. */
export async function sendUpdate<Ret, Args extends [unknown, ...unknown[]]>(
  { client }: Temporal,
  { workflowId, update, args }: { workflowId: string; update: UpdateDefinition<Ret, Args>; args: Args },
): Promise<Sent<Ret>> {
  const handle = client.workflow.getHandle(workflowId);
  const updateId = randomBytes(9).toString('base64url'); // unique in one run; its history has it three times
  const sent = await outcomeOf(
    beforeDeadline(client, actionTimeoutMs, () => handle.executeUpdate(update, { args, updateId })),
  );
  if (sent) return sent;
  // The same update id: confirms the update if it arrived, or sends it again if not.
  const accepted = await translated(
    beforeDeadline(client, serverTimeoutMs, () =>
      handle.startUpdate(update, { args, updateId, waitForStage: WorkflowUpdateStage.ACCEPTED }),
    ),
  );
  // A rejected update looks like an accepted one until its result is fetched.
  const soon = Date.now() + resendDelayMs;
  return (await outcomeOf(client.withDeadline(soon, () => accepted.result()))) ?? { state: 'held' };
}

export interface WorkflowToStart {
  workflow: string;
  options: Omit<WorkflowStartOptions, 'workflowIdConflictPolicy'>;
}

interface FirstUpdate<Ret, Args extends unknown[]> {
  definition: UpdateDefinition<Ret, Args>;
  /** A repeat with the same id returns the first outcome, even after the workflow has ended. */
  updateId: string;
  args: Args;
}

/**
 * Starts a workflow, or finds it running, and sends it its first update. At the deadline it is unknown whether the start was stored, so a
 * plain start follows: the same workflow id, so there is no second run.
 * Throws UpdateRefusedError, WorkflowGoneError (closed, and it never had this update), TemporalUnavailableError.
 */
export async function startWithUpdate<Ret, Args extends unknown[]>(
  { client }: Temporal,
  start: WorkflowToStart,
  { definition, updateId, args }: FirstUpdate<Ret, Args>,
): Promise<Sent<Ret>> {
  const { workflow, options } = start;
  const send = (): Promise<Ret> => {
    const startWorkflowOperation = new WithStartWorkflowOperation<Workflow>(workflow, {
      ...options,
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return client.workflow.executeUpdateWithStart(definition, { updateId, args, startWorkflowOperation });
  };
  const sent = await outcomeOf(beforeDeadline(client, actionTimeoutMs, send)).catch(async (error: unknown) => {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // Of a closed workflow the server still has the outcomes of its updates, by their ids.
    const handle = client.workflow.getHandle(options.workflowId).getUpdateHandle<Ret>(updateId);
    const value = await translated(client.withDeadline(Date.now() + actionTimeoutMs, () => handle.result()));
    return { state: 'completed' as const, value };
  });
  if (sent) return sent;
  await startWorkflow({ client }, start).catch((error: unknown) => {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  });
  return { state: 'held' };
}

/** Starts a workflow, or finds it running. Throws WorkflowExecutionAlreadyStartedError if its id must not be reused, TemporalUnavailableError. */
export async function startWorkflow(
  { client }: Pick<Temporal, 'client'>,
  { workflow, options }: WorkflowToStart,
): Promise<void> {
  await callServer(client, () =>
    client.workflow.start<Workflow>(workflow, { ...options, workflowIdConflictPolicy: 'USE_EXISTING' }),
  );
}
