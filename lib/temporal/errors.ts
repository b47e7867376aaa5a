import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

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

/** The server's failure type for an update that was accepted when its workflow ended. */
const cutOff = 'AcceptedUpdateCompletedWorkflow';
const grpcNotFound = 5;

/** What the client has thrown, as one of the errors above where it is one of those. */
export function translate(err: unknown): Error {
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

/** FAILED_PRECONDITION: the workflow task that had the update in it failed, and the server has forgotten the update with it. */
const taskFailed = 9;
/** CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE: nothing is known of what was sent. */
const undecided = new Set<number>([1, 4, 8, taskFailed, 10, 14]);

/** Whether an error leaves open what has become of what was sent. */
export function isTimeOrConnection(err: unknown): boolean {
  if (err instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  return codesOf(err).some((code) => undecided.has(code));
}

/** Whether the update is to be sent again, under the same id: its effects are done or to be done, but nobody knows of it any more. */
export const isTaskFailure = (err: unknown): boolean => codesOf(err).includes(taskFailed);

function codesOf(err: unknown): number[] {
  const codes: number[] = [];
  for (let cause = err; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) codes.push(cause.code);
  }
  return codes;
}
