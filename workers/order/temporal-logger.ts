import { trace } from '@opentelemetry/api';
import type { Payload } from '@temporalio/common';
import type { Logger, LogLevel as TemporalLevel, LogMetadata } from '@temporalio/worker';
import { workflowLogFields } from '../../contracts/log-fields';
import type { Log, LogLevel } from '../../lib/logging/log';
import { contextOfHeader } from '../../lib/temporal/tracing';

/**
 * Temporal's log lines, and those of the workflows, in the process's own log, with the names of its fields. What else the SDK says of
 * something stays out: a failure it may show with the payloads.
 */
export function temporalLogger(log: Log): Logger {
  const write =
    (level: LogLevel) =>
    (message: string, meta: LogMetadata = {}): void => {
      if (log.isLevelEnabled(level)) log[level](fieldsOf(meta), message);
    };
  const levels = {
    TRACE: write('trace'),
    DEBUG: write('debug'),
    INFO: write('info'),
    WARN: write('warn'),
    ERROR: write('error'),
  };
  return {
    log: (level: TemporalLevel, message, meta) => levels[level](message, meta),
    trace: levels.TRACE,
    debug: levels.DEBUG,
    info: levels.INFO,
    warn: levels.WARN,
    error: levels.ERROR,
  };
}

/** What is taken of the SDK's own words, by the name that it has here. */
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

/**
 * Why a workflow task fails, where the SDK says so itself, under a code of its own (`[TMPRL1100] Nondeterminism error: …`). What other
 * failures say may be people's words.
 */
const ownWords = /\[TMPRL\d+\][^"\\]*/;
const reasonIn = (failure: unknown): string | undefined =>
  typeof failure === 'string' ? ownWords.exec(failure)?.[0].slice(0, 500) : undefined;

/** Of a workflow, as its header has it. */
const traceIdOf = (header: Payload): string | undefined => trace.getSpanContext(contextOfHeader(header))?.traceId;

function fieldsOf(meta: Record<string, unknown>): { event: string; err?: unknown } {
  const { event, fields, workflowId, error, err = error } = meta;
  const isOurs = typeof event === 'string';
  const said = Object.entries(names).flatMap(([theirs, ours]) => {
    const value = meta[theirs];
    return typeof value === 'string' || typeof value === 'number' ? [[ours, value] as const] : [];
  });
  const reason = reasonIn(meta['failure']);
  return {
    event: isOurs ? event : 'temporal',
    ...(typeof workflowId === 'string' && workflowLogFields(workflowId)),
    ...(meta['trace'] !== undefined && { trace_id: traceIdOf(meta['trace'] as Payload) }),
    ...Object.fromEntries(said),
    ...(reason !== undefined && { reason }),
    ...(isOurs && (fields as object | undefined)), // a workflow's own
    ...(err !== undefined && { err }),
  };
}
