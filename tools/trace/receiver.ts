import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { spansOf, type Span } from './spans';

export interface Receiver {
  /** What a process has to be told so that its spans come here. */
  environment: Record<string, string>;
  /** All that have come so far. */
  spans(): Span[];
  close(): Promise<void>;
}

/** Takes spans as a collector does, by OTLP over HTTP in JSON, and keeps them in memory. */
export async function startReceiver(): Promise<Receiver> {
  const received: Span[] = [];
  const server = createServer((req, res) => {
    json(req).then(
      (body) => {
        received.push(...spansOf(body));
        res.setHeader('content-type', 'application/json').end('{}');
      },
      () => res.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_BSP_SCHEDULE_DELAY: '200', // whoever waits for spans here does so for each of them
    },
    spans: () => received,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
