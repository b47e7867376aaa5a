import {
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

/** Thrown when Temporal neither did nor confirmed what was sent. It may or may not have been stored; a retry is safe. */
export class TemporalUnavailableError extends Error {
  override readonly name = 'TemporalUnavailableError';
}

/** Thrown when the workflow does not exist, is closed, or ended before it answered. */
export class WorkflowGoneError extends Error {
  override readonly name = 'WorkflowGoneError';
}

/** Thrown when the workflow's validator rejected the update; `code` is the failure's type. */
export class UpdateRefusedError extends Error {
  override readonly name = 'UpdateRefusedError';
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

/** The server's failure type for an accepted update whose workflow ended first. */
const cutOff = 'AcceptedUpdateCompletedWorkflow';
const grpcNotFound = 5;

/** Translates an error of the Temporal client to one of the errors above, if one applies. */
export function toTemporalError(error: unknown): Error {
  if (error instanceof WorkflowUpdateFailedError) {
    const cause = error.cause instanceof ApplicationFailure ? error.cause : undefined;
    if (cause?.type === cutOff) return new WorkflowGoneError(cause.message);
    return new UpdateRefusedError(cause?.message ?? error.message, cause?.type ?? 'REFUSED');
  }
  const isNotFound = isGrpcServiceError(error) && Number(error.code) === grpcNotFound;
  if (isNotFound || error instanceof WorkflowNotFoundError || error instanceof WorkflowFailedError)
    return new WorkflowGoneError(error.message, { cause: error });
  if (isOutcomeUnknown(error))
    return new TemporalUnavailableError('Temporal did not confirm before the deadline', { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}

/** Passes on the result of a call of the Temporal client, or its error, translated. */
export const translated = <T>(call: Promise<T>): Promise<T> =>
  call.catch((error: unknown) => {
    throw toTemporalError(error);
  });

/** FAILED_PRECONDITION: the workflow task with the update failed, and the server dropped the update. */
const taskFailed = 9;
/** CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE. */
const unknownOutcome = new Set<number>([1, 4, 8, taskFailed, 10, 14]);

/** Whether what was sent may or may not have taken effect. */
export function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  return codesOf(error).some((code) => unknownOutcome.has(code));
}

/** Whether the update has to be sent again under the same id: the server no longer knows it, though its effects may follow. */
export const isTaskFailure = (error: unknown): boolean => codesOf(error).includes(taskFailed);

function codesOf(error: unknown): number[] {
  const codes: number[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) codes.push(cause.code);
  }
  return codes;
}
