import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';

export type Span = ReturnType<typeof parseSpans>[number];
export type Collector = Awaited<ReturnType<typeof startCollector>>;

/** An OpenTelemetry collector: receives spans as OTLP over HTTP in JSON, and keeps them in memory. */
export async function startCollector() {
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
    /** Makes a process export its spans here. */
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_BSP_SCHEDULE_DELAY: '200', // milliseconds; tests wait for each batch
    },
    spans: () => received,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])));
/** In milliseconds since 1970. */
const time = z.coerce.number().transform((nanoseconds) => nanoseconds / 1e6);
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: time,
  endTimeUnixNano: time,
  attributes,
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
});
const scope = z.object({ spans: z.array(span) });
const resource = z.object({ resource: z.object({ attributes }), scopeSpans: z.array(scope) });
const exportRequest = z.object({ resourceSpans: z.array(resource) });

const parseSpans = (body: unknown) =>
  exportRequest.parse(body).resourceSpans.flatMap(({ resource: process, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ parentSpanId, startTimeUnixNano: start, endTimeUnixNano: end, ...rest }) => ({
        ...rest,
        /** Null at the root of a trace. */
        parentId: parentSpanId || null,
        service: String(process.attributes['service.name']),
        start,
        end,
      })),
    ),
  );
