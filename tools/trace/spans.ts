/** Spans as OTLP has them in JSON, as far as they are looked at here. */
import { z } from 'zod';

export interface Span {
  traceId: string;
  spanId: string;
  /** Null of the first of a trace. */
  parentId: string | null;
  name: string;
  /** The process. */
  service: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** Milliseconds since 1970. */
  start: number;
  end: number;
  attributes: Record<string, string | number | boolean>;
  links: { traceId: string; spanId: string }[];
  failed: boolean;
}

const value = z.object({
  stringValue: z.string().optional(),
  intValue: z.coerce.number().optional(),
  doubleValue: z.number().optional(),
  boolValue: z.boolean().optional(),
});
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .default([])
  .transform((list) =>
    Object.fromEntries(
      list.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
        key,
        stringValue ?? intValue ?? doubleValue ?? boolValue ?? '',
      ]),
    ),
  );
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.coerce.number(),
  endTimeUnixNano: z.coerce.number(),
  attributes,
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.number().optional() }).default({}),
});
const request = z.object({
  resourceSpans: z.array(
    z.object({ resource: z.object({ attributes }), scopeSpans: z.array(z.object({ spans: z.array(span) })) }),
  ),
});

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const failedCode = 2;
const perMs = 1e6;

/** The spans of one export. Throws ZodError when it is none. */
export function spansOf(body: unknown): Span[] {
  return request.parse(body).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map((each): Span => ({
        traceId: each.traceId,
        spanId: each.spanId,
        parentId: each.parentSpanId || null,
        name: each.name,
        service: String(resource.attributes['service.name'] ?? ''),
        kind: kinds[each.kind] ?? 'internal',
        start: each.startTimeUnixNano / perMs,
        end: each.endTimeUnixNano / perMs,
        attributes: each.attributes,
        links: each.links,
        failed: each.status.code === failedCode,
      })),
  );
}
