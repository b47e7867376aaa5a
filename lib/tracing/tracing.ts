/** What code says of its work to OpenTelemetry. The API alone: where nothing is traced, nothing else is loaded. */
import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api';

export const tracer = trace.getTracer('durable-food-delivery');

/** The trace that the present work belongs to, as in `traceparent`: 32 hexadecimal digits; undefined where nothing is traced. */
export const currentTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;

/** Where the present work stands in its trace, in the form of the W3C header of that name; undefined where nothing is traced. */
export function currentTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** What a `traceparent` stands for, as the parent of spans; of one that is missing or malformed they begin a trace. */
export const contextOf = (traceparent: unknown): Context =>
  typeof traceparent === 'string' ? propagation.extract(ROOT_CONTEXT, { traceparent }) : ROOT_CONTEXT;

/**
 * Does work in a span of its own, of which the spans of that work are children; an error marks it and is passed on.
 * @param parent Left out: the present work.
 */
export function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
  parent: Context = context.active(),
): Promise<T> {
  return tracer.startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work(span);
    } catch (err) {
      markFailed(span, err);
      throw err;
    } finally {
      span.end();
    }
  });
}

/** Of an error its name alone: messages may quote what people have written. */
export function markFailed(span: Span | undefined, err: unknown): void {
  const type = err instanceof Error ? err.name : typeof err;
  span?.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', type);
}

/** The same for the span of the present work. */
export const markSpanFailed = (err: unknown): void => markFailed(trace.getActiveSpan(), err);
