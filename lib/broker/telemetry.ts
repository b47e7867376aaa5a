/** The broker client's metrics, and its spans by OpenTelemetry's conventions for messaging. */
import { SpanKind, type SpanOptions } from '@opentelemetry/api';
import type { ConsumeMessage, Options } from 'amqplib';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { latencyBuckets } from '../metrics/metrics';
import { contextOf, currentTraceparent, inSpan } from '../tracing/tracing';
import { RequestTimeoutError, ServiceFault, UnroutableError } from './errors';

/** `handled` (and answered, if it was a request), `answered_fault`, `adopted`, `retried` later, `dead`-lettered; `unsettled`: back in its queue. */
export type MessageOutcome = 'handled' | 'answered_fault' | 'adopted' | 'retried' | 'dead' | 'unsettled';

export type BrokerMetrics = ReturnType<typeof createBrokerMetrics>;

/** Label values are the names of the platform's queues and exchanges, and the outcomes. */
export function createBrokerMetrics(registry = new Registry()) {
  const registers = [registry];
  const duration = new Histogram({
    name: 'message_duration_seconds',
    help: 'From taking a message to settling it.',
    labelNames: ['queue', 'outcome'],
    buckets: latencyBuckets,
    registers,
  });
  const attempts = new Histogram({
    name: 'message_attempts',
    help: 'Attempts at a message when it was finally settled.',
    labelNames: ['queue'],
    buckets: [1, 2, 3, 5, 10, 20],
    registers,
  });
  const requests = new Histogram({
    name: 'requests_to_services_seconds',
    help: 'Requests over a queue, from sending to reply or failure. Requests cancelled by their sender are not counted.',
    labelNames: ['queue', 'outcome'],
    buckets: latencyBuckets,
    registers,
  });
  const published = new Counter({
    name: 'messages_published_total',
    help: 'Messages published, without replies: confirmed, returned because no queue takes them, or refused because the broker is unavailable.',
    labelNames: ['destination', 'outcome'],
    registers,
  });
  return {
    /** Starts the count of dead letters at 0, so that an alert sees the first one as a change. */
    expect: (queue: string): void => duration.zero({ queue, outcome: 'dead' }),
    /** @param attempt The number of this attempt, from 1. */
    message(queue: string, outcome: MessageOutcome, seconds: number, attempt: number): void {
      duration.observe({ queue, outcome }, seconds);
      if (outcome !== 'retried' && outcome !== 'unsettled') attempts.observe({ queue }, attempt);
    },
    /** Counts a publication by its outcome, and passes its error on. */
    async publishing(destination: string, publication: Promise<void>): Promise<void> {
      try {
        await publication;
        published.inc({ destination, outcome: 'confirmed' });
      } catch (error) {
        published.inc({ destination, outcome: error instanceof UnroutableError ? 'returned' : 'refused' });
        throw error;
      }
    },
    /** Times a request, and passes its error on. */
    async requesting<T>(queue: string, signal: AbortSignal | undefined, send: () => Promise<T>): Promise<T> {
      const end = requests.startTimer({ queue });
      try {
        const value = await send();
        end({ outcome: 'ok' });
        return value;
      } catch (error) {
        if (!signal?.aborted) end({ outcome: failedRequestOutcome(error) });
        throw error;
      }
    },
  };
}

function failedRequestOutcome(error: unknown): 'fault' | 'timeout' | 'broker_unavailable' {
  if (error instanceof ServiceFault) return 'fault';
  return error instanceof RequestTimeoutError ? 'timeout' : 'broker_unavailable';
}

export function watchConnections(
  registry: Registry,
  state: { connected: () => boolean; blocked: () => boolean },
): void {
  const gauge = (name: string, help: string, isSet: () => boolean) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(isSet() ? 1 : 0);
      },
    });
  gauge('broker_connected', 'Whether every connection to the broker is up (1).', state.connected);
  gauge('broker_blocked', 'Whether the broker, short of memory or disk, takes no messages (1).', state.blocked);
}

/** The header with a message's place in a trace, in the W3C format. */
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

/** A span for publishing a message, or for a request until its reply. */
export function traceSend<T>(operation: 'publish' | 'request', destination: string, send: () => Promise<T>) {
  const kind = operation === 'publish' ? SpanKind.PRODUCER : SpanKind.CLIENT;
  return inSpan(`${operation} ${destination}`, spanOptions(kind, 'send', operation, destination), send);
}

export function withTraceparent(options: Options.Publish): Options.Publish {
  const traceparent = currentTraceparent();
  return traceparent
    ? { ...options, headers: { ...(options.headers as object), [traceHeader]: traceparent } }
    : options;
}

/** A span for processing a message, in its sender's trace; a message without one starts a trace. */
export function traceProcess<T>(queue: string, message: ConsumeMessage, process: () => Promise<T>): Promise<T> {
  const { attributes, ...options } = spanOptions(SpanKind.CONSUMER, 'process', 'process', queue);
  const id = message.properties.messageId as unknown;
  const known = { ...attributes, ...(typeof id === 'string' && { 'messaging.message.id': id.slice(0, 255) }) };
  const parent = contextOf(message.properties.headers?.[traceHeader]);
  return inSpan(`process ${queue}`, { ...options, attributes: known }, process, parent);
}
