/** The fields of log lines, and the ids by which the lines of several processes correlate. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { currentTraceId } from '../tracing/tracing';

/** Fields that log lines have in addition to their own. Undefined ones are left out. */
export type LogFields = Record<string, string | undefined>;

const current = new AsyncLocalStorage<LogFields>();

/** Does the work. Every line logged by it, however deep, has these fields, in addition to those of the enclosing work. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return current.run({ ...current.getStore(), ...fields }, work);
}

/** Adds fields to the current work. A no-op outside of any work. */
export function addLogFields(fields: LogFields): void {
  const known = current.getStore();
  if (known) Object.assign(known, fields);
}

export const logFields = (): Readonly<LogFields> => current.getStore() ?? {};

/** Of HTTP requests and of messages. */
export const requestIdHeader = 'x-request-id';
const traceparentHeader = 'traceparent';

/** Long enough for a UUID and for the ids of load balancers; no spaces, quotes or terminal control characters. */
const safeId = /^[\w.:=+/-]{1,128}$/;
/** W3C: version, trace, parent, flags. A trace id of zeros is invalid. */
const traceparent = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/;

export const idOf = (value: unknown): string | undefined =>
  typeof value === 'string' && safeId.test(value) ? value : undefined;

/** The ids in the headers of a request or a message, which are untrusted: malformed ones are ignored. */
export function correlationOf(headers: Record<string, unknown> = {}): LogFields {
  const { [requestIdHeader]: requestId, [traceparentHeader]: parent } = headers;
  return {
    request_id: idOf(requestId),
    trace_id: typeof parent === 'string' ? traceparent.exec(parent)?.[1] : undefined,
  };
}

/** The same for an HTTP request: without an id it gets a new one, and a trace of this process takes precedence. */
export const correlationOfRequest = (headers: Record<string, unknown>): LogFields & { request_id: string } => {
  const { request_id = randomUUID(), trace_id } = correlationOf(headers);
  return { request_id, trace_id: currentTraceId() ?? trace_id };
};

/** Headers for the requests and messages that the current work sends. */
export function correlationHeaders(): Record<string, string> {
  const { request_id } = logFields();
  return request_id === undefined ? {} : { [requestIdHeader]: request_id };
}

/** The log fields of the current work. A trace of this process takes precedence over one from a header. */
export function correlation(): LogFields {
  const { trace_id, ...fields } = logFields();
  return { ...fields, trace_id: currentTraceId() ?? trace_id };
}
