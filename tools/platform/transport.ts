/** How requests go over the wire. */
import { Agent, request } from 'node:http';

export interface WireRequest {
  url: string;
  method: Method;
  headers: Record<string, string>;
  /** JSON. */
  body?: string;
  timeoutMs: number;
  signal?: AbortSignal;
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
export const fetchTransport: Transport = async ({ url, timeoutMs, signal, ...request }) => {
  const timeout = AbortSignal.timeout(timeoutMs);
  const ended = signal ? AbortSignal.any([timeout, signal]) : timeout;
  const response = await fetch(url, { ...request, signal: ended });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

/**
 * Node's own client over kept connections; `close` ends them. It costs less than `fetch`: a benchmark must not measure its own driver.
 */
export function createKeepAlive() {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, noDelay: true });
  const transport: Transport = ({ url, method, body, headers, timeoutMs, signal }) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const options = { method, agent, timeout: timeoutMs, headers: { ...headers, ...length }, signal };
      const sent = request(url, options, (response) => {
        const received = Object.entries(response.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]);
        const answer = { status: response.statusCode ?? 0, headers: new Headers(received), text: '' };
        response.setEncoding('utf8').on('data', (chunk: string) => (answer.text += chunk));
        response.on('end', () => resolve(answer));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      sent.end(body);
    });
  return { transport, close: () => agent.destroy() };
}
