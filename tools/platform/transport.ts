/** How requests go over the wire. */
import { Agent, request, type IncomingHttpHeaders } from 'node:http';

export interface WireRequest {
  url: string;
  method: Method;
  headers: Record<string, string>;
  /** JSON. */
  body?: string | undefined;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface WireAnswer {
  status: number;
  headers: Headers;
  text: string;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Rejects when there is no answer. */
export type Transport = (request: WireRequest) => Promise<WireAnswer>;

/** The global `fetch`, looked up for each request: tests replace it. */
export const fetchTransport: Transport = async ({ url, method, headers, body, timeoutMs, signal }) => {
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body }),
    signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

export interface KeepAlive {
  transport: Transport;
  /** Ends the connections that are kept. */
  close(): void;
}

/** Node's own client over kept connections. It costs less than `fetch`: a benchmark must not measure its own driver. */
export function createKeepAlive(): KeepAlive {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, noDelay: true });
  const transport: Transport = ({ url, method, body, headers, timeoutMs, signal }) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const options = { method, agent, timeout: timeoutMs, headers: { ...headers, ...length } };
      const sent = request(url, { ...options, ...(signal && { signal }) }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: headersOf(response.headers),
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      sent.end(body);
    });
  return { transport, close: () => agent.destroy() };
}

function headersOf(received: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(received)) headers.set(name, String(value));
  return headers;
}
