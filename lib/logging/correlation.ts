/** What tells that lines of several processes belong together. It comes from outside: what does not look like an id is none. */
import { randomUUID } from 'node:crypto';
import { currentTraceId } from '../tracing/tracing';
import { logFields, type LogFields } from './context';

/** In HTTP requests, and in messages too. */
export const requestIdHeader = 'x-request-id';
const traceparentHeader = 'traceparent';

/** Long enough for a UUID and for what load balancers make up; no spaces, no quotes, nothing that a terminal would obey. */
const sane = /^[\w.:=+/-]{1,128}$/;
/** W3C's: version, trace, parent, flags; a trace of zeros only is none. */
const traceparent = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/;

/** An id as it was sent, if it looks like one. */
export const idOf = (value: unknown): string | undefined =>
  typeof value === 'string' && sane.test(value) ? value : undefined;

/** What the headers of a request or a message say of where it belongs. */
export function correlationOf(headers: Record<string, unknown> = {}): LogFields {
  const { [requestIdHeader]: requestId, [traceparentHeader]: parent } = headers;
  return {
    request_id: idOf(requestId),
    trace_id: typeof parent === 'string' ? traceparent.exec(parent)?.[1] : undefined,
  };
}

/** The same for a request: one that comes without an id gets one, and the trace is that which it is part of here, if any. */
export const correlationOfRequest = (headers: Record<string, unknown>): LogFields & { request_id: string } => {
  const { request_id = randomUUID(), trace_id } = correlationOf(headers);
  return { request_id, trace_id: currentTraceId() ?? trace_id };
};

/** What is sent on in the headers of requests and messages that the work under way makes. */
export function correlationHeaders(): Record<string, string> {
  const { request_id } = logFields();
  return request_id === undefined ? {} : { [requestIdHeader]: request_id };
}

/** The fields of the work under way, for its log lines; a trace of this process's own goes before one that was only told of. */
export const correlation = (): LogFields => {
  const fields = logFields();
  const traceId = currentTraceId();
  return traceId === undefined ? { ...fields } : { ...fields, trace_id: traceId };
};
