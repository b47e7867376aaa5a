/** How messages stand in traces, by OpenTelemetry's conventions for messaging. */
import { SpanKind, type SpanOptions } from '@opentelemetry/api';
import type { ConsumeMessage, Options } from 'amqplib';
import { contextOf, currentTraceparent, inSpan } from '../tracing/tracing';

/** Where a message bears its place in a trace, in the form of the W3C header. */
const traceHeader = 'traceparent';

const spanOptions = (kind: SpanKind, type: string, operation: string, destination: string): SpanOptions => ({
  kind,
  attributes: {
    'messaging.system': 'rabbitmq',
    'messaging.destination.name': destination,
    'messaging.operation.name': operation,
    'messaging.operation.type': type,
  },
});

/** Sends a message to a queue or an exchange, or sends a request and waits for its reply. */
export function sending<T>(does: 'publish' | 'request', destination: string, send: () => Promise<T>): Promise<T> {
  const kind = does === 'publish' ? SpanKind.PRODUCER : SpanKind.CLIENT;
  return inSpan(`${does} ${destination}`, spanOptions(kind, 'send', does, destination), send);
}

/** The same message with its place in the present trace, if there is one. */
export function inTrace(options: Options.Publish): Options.Publish {
  const traceparent = currentTraceparent();
  return traceparent
    ? { ...options, headers: { ...(options.headers as object), [traceHeader]: traceparent } }
    : options;
}

/** Works on a message, in the trace of whoever has sent it; of a message that bears none, in a new one. */
export function processing<T>(queue: string, message: ConsumeMessage, work: () => Promise<T>): Promise<T> {
  const { attributes, ...options } = spanOptions(SpanKind.CONSUMER, 'process', 'process', queue);
  const id = message.properties.messageId as unknown;
  const known = { ...attributes, ...(typeof id === 'string' && { 'messaging.message.id': id.slice(0, 255) }) };
  const parent = contextOf(message.properties.headers?.[traceHeader]);
  return inSpan(`process ${queue}`, { ...options, attributes: known }, work, parent);
}
