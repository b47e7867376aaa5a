import { trace } from '@opentelemetry/api';

/** The trace that the present work belongs to, as in `traceparent`: 32 hexadecimal digits; undefined where nothing is traced. */
export const currentTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;
