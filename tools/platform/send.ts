import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../../contracts/access';
import type { ServiceName } from '../stack/addresses';
import type { Accepted, Answer, AnyAnswer, Problem } from './answer';

export interface WireRequest {
  url: string;
  method: Method;
  headers: Record<string, string>;
  body?: string | Buffer;
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
 * Node's own client over kept connections, from this address of the machine if one is given; `close` ends them. It costs less than `fetch`: a
 * benchmark must not measure its own driver.
 */
export function createKeepAlive(localAddress?: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, noDelay: true, localAddress });
  const transport: Transport = ({ url, method, body, headers, timeoutMs, signal }) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const options = { method, agent, timeout: timeoutMs, headers: { ...headers, ...length }, signal };
      const sent = request(url, options, (response) => {
        const answer = { status: response.statusCode ?? 0, headers: new Headers(), text: '' };
        for (const [name, value] of Object.entries(response.headers)) answer.headers.set(name, String(value));
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

/** When a request is sent again, and for how long. Only for requests that may be repeated: a placement needs an idempotency key. */
export interface Repeat {
  when: (answer: AnyAnswer) => boolean;
  /** After that the last answer is returned. */
  timeoutMs: number;
  /** Before the attempt with this number, from 2. A longer Retry-After is obeyed. */
  pauseMs: (attempt: number) => number;
}

export interface PlatformOptions {
  /** A service's base URL; called for each request. */
  urlOf: (service: ServiceName) => string;
  /** Signs a caller's token; called for each request. */
  authorization: (caller: Caller) => Promise<{ authorization?: string }>;
  transport: Transport;
  /** Who sends the requests; null sends no token. */
  caller: Caller | null;
  timeoutMs: number;
  repeat?: Repeat;
  /** Called for each answer, those that are followed by a repeat included. */
  onAnswer?: (answer: AnyAnswer, attempt: number) => void;
  /** Ends requests and repeats; the answer is then `no answer`. */
  signal?: AbortSignal;
}

export interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

/** Never rejects for an HTTP status or for want of an answer. */
export type Send = <Body, Held = Accepted>(
  service: ServiceName,
  method: Method,
  path: string,
  options?: RequestOptions,
) => Promise<Answer<Body, Held>>;

export const createSend =
  (options: PlatformOptions): Send =>
  async <Body, Held = Accepted>(...request: Parameters<Send>): Promise<Answer<Body, Held>> => {
    const { repeat, signal, onAnswer } = options;
    const startedAt = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      const answer = await sendOnce<Body, Held>(options, ...request);
      onAnswer?.(answer, attempt);
      if (!repeat?.when(answer) || signal?.aborted) return answer;
      const waitMs = Math.max(repeat.pauseMs(attempt + 1), retryAfterMs(answer));
      if (performance.now() - startedAt + waitMs > repeat.timeoutMs) return answer;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  };

async function sendOnce<Body, Held>(
  { urlOf, authorization, transport, caller, timeoutMs, signal }: PlatformOptions,
  ...[service, method, path, { body, headers } = {}]: Parameters<Send>
): Promise<Answer<Body, Held>> {
  const url = urlOf(service) + path;
  const contentType = body !== undefined && { 'content-type': 'application/json' };
  const allHeaders = { ...(caller && (await authorization(caller))), ...contentType, ...headers };
  const request = { url, method, headers: allHeaders, body: JSON.stringify(body), timeoutMs, signal };
  const startedAt = performance.now();
  const sent = () => ({ method, path, url, ms: performance.now() - startedAt });
  try {
    const answer = await transport(request);
    return { ...sent(), ...read<Body, Held>(answer) };
  } catch (error) {
    const reason = new Error(`${method} ${url} got no answer`, { cause: error });
    return { ...sent(), outcome: 'no answer', status: null, headers: new Headers(), body: null, error: reason };
  }
}

/** The bodies' types are what the services promise. Nothing is checked here: the tests compare every answer with the services' documents. */
function read<Body, Held>({ status, headers, text }: WireAnswer) {
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  const received = { status, headers };
  if (status === 202) return { ...received, outcome: 'accepted' as const, body: body as Held };
  if (status < 300) return { ...received, outcome: 'done' as const, body: body as Body };
  return { ...received, outcome: status < 500 ? ('refused' as const) : ('failed' as const), body: body as Problem };
}

const retryAfterMs = ({ headers }: AnyAnswer): number => 1_000 * (Number(headers.get('retry-after')) || 0);
