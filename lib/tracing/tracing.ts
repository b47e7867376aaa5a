/** Spans for code to create. Uses OpenTelemetry's API alone: where nothing is traced, the SDK is not loaded. */
import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, SpanOptions } from '@opentelemetry/api';

export const tracer = trace.getTracer('durable-food-delivery');

/** The current trace's id, 32 hexadecimal digits; undefined where nothing is traced. */
export const currentTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;

/** The current trace context as a W3C `traceparent` header; undefined where nothing is traced. */
export function currentTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** The context of a `traceparent`, as the parent of spans. If it is missing or malformed, they begin a new trace. */
export const contextOf = (traceparent: unknown): Context =>
  typeof traceparent === 'string' ? propagation.extract(ROOT_CONTEXT, { traceparent }) : ROOT_CONTEXT;

/** Does work in a new span, by default a child of the current one. An error marks the span and is passed on. */
export function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: () => Promise<T>,
  parent: Context = context.active(),
): Promise<T> {
  return tracer.startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      markSpanFailed(error, span);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Marks a span, by default the current one. Records only the error's name: its message may quote user data. */
export function markSpanFailed(error: unknown, span = trace.getActiveSpan()): void {
  const type = error instanceof Error ? error.name : typeof error;
  span?.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', type);
}
