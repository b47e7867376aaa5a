import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';

export interface Span {
  traceId: string;
  spanId: string;
  /** Null at the root of a trace. */
  parentId: string | null;
  name: string;
  /** The process. */
  service: string;
  /** Milliseconds since 1970. */
  start: number;
  end: number;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
}

export interface Collector {
  /** Makes a process export its spans here. */
  environment: Record<string, string>;
  /** All spans received so far. */
  spans(): Span[];
  close(): Promise<void>;
}

/** An OpenTelemetry collector: receives spans as OTLP over HTTP in JSON, and keeps them in memory. */
export async function startCollector(): Promise<Collector> {
  const received: Span[] = [];
  const server = createServer((request, response) => {
    json(request).then(
      (body) => {
        received.push(...parseSpans(body));
        response.setHeader('content-type', 'application/json').end('{}');
      },
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_BSP_SCHEDULE_DELAY: '200', // milliseconds; tests wait for each batch
    },
    spans: () => received,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])));
const exportRequest = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              startTimeUnixNano: z.coerce.number(),
              endTimeUnixNano: z.coerce.number(),
              attributes,
              links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
            }),
          ),
        }),
      ),
    }),
  ),
});
const nsPerMs = 1e6;

const parseSpans = (body: unknown): Span[] =>
  exportRequest.parse(body).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ parentSpanId, startTimeUnixNano, endTimeUnixNano, ...span }) => ({
        ...span,
        parentId: parentSpanId || null,
        service: String(resource.attributes['service.name']),
        start: startTimeUnixNano / nsPerMs,
        end: endTimeUnixNano / nsPerMs,
      })),
    ),
  );
