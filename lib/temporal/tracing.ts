/** How calls of Temporal stand in traces: the place goes along in a header of Temporal's, under the name that its SDKs use. */
import { SpanKind, type Context } from '@opentelemetry/api';
import type { ClientInterceptors, WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter, type Headers, type Payload } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { workflowLogFields } from '../../contracts/log-fields';
import { traceHeader } from '../../contracts/names';
import { contextOf, currentTraceparent, inSpan } from '../tracing/tracing';

/** The place that a header of Temporal's stands for. */
export const contextOfHeader = (header: Payload | null | undefined): Context =>
  contextOf(header ? defaultPayloadConverter.fromPayload<{ traceparent?: unknown }>(header).traceparent : undefined);

function inTrace(headers: Headers): Headers {
  const traceparent = currentTraceparent();
  return traceparent ? { ...headers, [traceHeader]: defaultPayloadConverter.toPayload({ traceparent }) } : headers;
}

const sending = <T>(does: string, name: string, workflowId: string, send: () => Promise<T>): Promise<T> =>
  inSpan(`${does}:${name}`, { kind: SpanKind.CLIENT, attributes: workflowLogFields(workflowId) }, send);

const workflow: WorkflowClientInterceptor = {
  startWithDetails: (input, next) =>
    sending('StartWorkflow', input.workflowType, input.options.workflowId, () =>
      next({ ...input, headers: inTrace(input.headers) }),
    ),
  startUpdate: (input, next) =>
    sending('StartWorkflowUpdate', input.updateName, input.workflowExecution.workflowId, () =>
      next({ ...input, headers: inTrace(input.headers) }),
    ),
  startUpdateWithStart: (input, next) =>
    sending('UpdateWithStartWorkflow', input.workflowType, input.workflowStartOptions.workflowId, () =>
      next({
        ...input,
        workflowStartHeaders: inTrace(input.workflowStartHeaders),
        updateHeaders: inTrace(input.updateHeaders),
      }),
    ),
  signal: (input, next) =>
    sending('SignalWorkflow', input.signalName, input.workflowExecution.workflowId, () =>
      next({ ...input, headers: inTrace(input.headers) }),
    ),
};

/** For a client: a span for each start, update and signal, which the workflow then belongs to. */
export const tracingClient: ClientInterceptors = { workflow: [workflow] };

/** For a worker: a span for each attempt at an activity, local ones too, beside the run of its workflow. */
export const tracingActivities: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute(input, next) {
      const attributes = {
        ...workflowLogFields(info.workflowExecution?.workflowId ?? ''),
        'temporal.activity.attempt': info.attempt,
        'temporal.activity.local': info.isLocal,
      };
      const parent = contextOfHeader(input.headers[traceHeader]);
      return inSpan(`RunActivity:${info.activityType}`, { attributes }, () => next(input), parent);
    },
  },
});
