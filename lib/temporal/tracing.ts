/** Spans for calls of Temporal. The trace context travels in a Temporal header, under the name that its SDKs use. */
import { SpanKind, type Context } from '@opentelemetry/api';
import type { ClientInterceptors, WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter, type Headers, type Payload } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { traceHeader, workflowLogFields } from '../../contracts/names';
import { contextOf, currentTraceparent, inSpan } from '../tracing/tracing';

export const contextOfHeader = (header: Payload | null | undefined): Context =>
  contextOf(header ? defaultPayloadConverter.fromPayload<{ traceparent?: unknown }>(header).traceparent : undefined);

function withTraceparent(headers: Headers): Headers {
  const traceparent = currentTraceparent();
  return traceparent ? { ...headers, [traceHeader]: defaultPayloadConverter.toPayload({ traceparent }) } : headers;
}

const traced = <Input extends { headers: Headers }>(input: Input): Input => ({
  ...input,
  headers: withTraceparent(input.headers),
});

const traceCall = <T>(operation: string, name: string, workflowId: string, send: () => Promise<T>): Promise<T> =>
  inSpan(`${operation}:${name}`, { kind: SpanKind.CLIENT, attributes: workflowLogFields(workflowId) }, send);

const workflow: WorkflowClientInterceptor = {
  startWithDetails: (input, next) =>
    traceCall('StartWorkflow', input.workflowType, input.options.workflowId, () => next(traced(input))),
  startUpdate: (input, next) =>
    traceCall('StartWorkflowUpdate', input.updateName, input.workflowExecution.workflowId, () => next(traced(input))),
  startUpdateWithStart: (input, next) =>
    traceCall('UpdateWithStartWorkflow', input.workflowType, input.workflowStartOptions.workflowId, () =>
      next({
        ...input,
        workflowStartHeaders: withTraceparent(input.workflowStartHeaders),
        updateHeaders: withTraceparent(input.updateHeaders),
      }),
    ),
  signal: (input, next) =>
    traceCall('SignalWorkflow', input.signalName, input.workflowExecution.workflowId, () => next(traced(input))),
};

/** For a client: a span for each start, update and signal, which is the parent of the workflow's spans. */
export const tracingClient: ClientInterceptors = { workflow: [workflow] };

/** For a worker: a span for each attempt at an activity, including local ones, as a sibling of its workflow's run. */
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
