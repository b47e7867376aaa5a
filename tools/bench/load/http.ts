import { Agent, request } from 'node:http';

export interface HttpAnswer {
  status: number;
  text: string;
  /** What the server asks its client to wait before the next try; 0 when it does not. */
  retryAfterMs: number;
}

/** Asks over kept connections. Node's own client: an order must cost its driver little beside what it costs the system. */
export interface HttpClient {
  send(
    method: 'GET' | 'POST' | 'PATCH',
    url: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<HttpAnswer>;
  /** @throws Error when the answer is another than these statuses. */
  expect(statuses: readonly number[], ...args: Parameters<HttpClient['send']>): Promise<HttpAnswer>;
  close(): void;
}

/** Longer than the system takes to say that it holds something. */
const answerLimitMs = 15_000;

export function createHttpClient(): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, noDelay: true });
  const send: HttpClient['send'] = (method, url, body, more) =>
    new Promise((resolve, reject) => {
      const payload = body && JSON.stringify(body);
      const headers = {
        ...more,
        ...(payload && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
      };
      const req = request(url, { method, agent, timeout: answerLimitMs, headers }, (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () =>
          resolve({
            status: res.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
            retryAfterMs: 1_000 * Number(res.headers['retry-after'] ?? 0),
          }),
        );
        res.on('error', reject);
      });
      req.on('error', reject);
      req.on('timeout', () => req.destroy(new Error(`no answer to ${method} ${url}`)));
      req.end(payload);
    });
  return {
    send,
    async expect(statuses, method, url, ...rest) {
      const answer = await send(method, url, ...rest);
      if (statuses.includes(answer.status)) return answer;
      throw new Error(`${routeOf(method, url)} answered ${answer.status}: ${answer.text.slice(0, 200)}`);
    },
    close: () => agent.destroy(),
  };
}

/** A request without its ids, so that the same failure of many orders is one. */
export const routeOf = (method: string, url: string): string =>
  `${method} ${new URL(url).pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id')}`;
