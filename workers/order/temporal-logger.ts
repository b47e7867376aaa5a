import { trace } from '@opentelemetry/api';
import type { Payload } from '@temporalio/common';
import { DefaultLogger, type ActivityInterceptorsFactory, type Logger, type LogLevel } from '@temporalio/worker';
import { workflowLogFields } from '../../contracts/names';
import { withLogFields } from '../../lib/logging/correlation';
import type { Log } from '../../lib/logging/log';
import { contextOfHeader } from '../../lib/temporal/tracing';

/** Writes the lines of the SDK and the workflows to our log, under its field names. Other fields are dropped: they may contain payloads. */
export const temporalLogger = (log: Log): Logger =>
  new DefaultLogger('TRACE', ({ level: theirs, message, meta = {} }) => {
    const level = theirs.toLowerCase() as Lowercase<LogLevel>;
    if (log.isLevelEnabled(level)) log[level](fieldsOf(meta), message);
  });

/** The SDK's fields that are kept, by their names in our log. */
const names: Record<string, string> = {
  runId: 'run_id',
  workflowType: 'workflow_type',
  activityId: 'activity_id',
  activityType: 'activity_type',
  attempt: 'attempt',
  taskQueue: 'task_queue',
  updateName: 'update_name',
  sdkComponent: 'sdk_component',
  state: 'state',
  target: 'target',
};

/** Why a workflow task failed, if the SDK says so itself (`[TMPRL1100] Nondeterminism error: …`). Other messages may contain user data. */
const sdkReason = /\[TMPRL\d+\][^"\\]*/;
const reasonIn = (failure: unknown): string | undefined =>
  typeof failure === 'string' ? sdkReason.exec(failure)?.[0].slice(0, 500) : undefined;

const traceIdOf = (header: unknown): string | undefined =>
  trace.getSpanContext(contextOfHeader(header as Payload))?.traceId;

function fieldsOf(meta: Record<string, unknown>): { event: string; err?: unknown } {
  const { event, fields, workflowId, error, err = error } = meta;
  const isOurs = typeof event === 'string';
  const known = Object.entries(names).flatMap(([theirs, ours]) => {
    const value = meta[theirs];
    return typeof value === 'string' || typeof value === 'number' ? [[ours, value] as const] : [];
  });
  const reason = reasonIn(meta['failure']);
  return {
    event: isOurs ? event : 'temporal',
    ...(typeof workflowId === 'string' && workflowLogFields(workflowId)),
    ...(meta['trace'] !== undefined && { trace_id: traceIdOf(meta['trace']) }),
    ...Object.fromEntries(known),
    ...(reason !== undefined && { reason }),
    ...(isOurs && (fields as object | undefined)), // from a workflow
    ...(err !== undefined && { err }),
  };
}

/** Adds the workflow and the activity to every line that is logged by an activity. */
export const activityLog: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute(input, next) {
      const { activityType: activity_type, workflowExecution } = info;
      return withLogFields({ ...workflowLogFields(workflowExecution?.workflowId ?? ''), activity_type }, () =>
        next(input),
      );
    },
  },
});
