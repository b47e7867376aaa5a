import { Agent, request } from 'node:http';

export interface HttpAnswer {
  status: number;
  text: string;
}

/** Asks over kept connections. Node's own client: an order must cost its driver little beside what it costs the system. */
export interface HttpClient {
  send(method: 'GET' | 'POST' | 'PATCH', url: string, body?: object): Promise<HttpAnswer>;
  /** @throws Error when the answer is another than these statuses. */
  expect(statuses: readonly number[], ...args: Parameters<HttpClient['send']>): Promise<HttpAnswer>;
  close(): void;
}

/** Longer than the system takes to say that it holds something. */
const answerLimitMs = 15_000;

export function createHttpClient(): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, noDelay: true });
  const send: HttpClient['send'] = (method, url, body) =>
    new Promise((resolve, reject) => {
      const payload = body && JSON.stringify(body);
      const headers = payload && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
      const req = request(url, { method, agent, timeout: answerLimitMs, ...(headers && { headers }) }, (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => resolve({ status: res.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
        res.on('error', reject);
      });
      req.on('error', reject);
      req.on('timeout', () => req.destroy(new Error(`no answer to ${method} ${url}`)));
      req.end(payload);
    });
  return {
    send,
    async expect(statuses, method, url, body) {
      const answer = await send(method, url, body);
      if (statuses.includes(answer.status)) return answer;
      const { pathname } = new URL(url);
      const path = pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id');
      throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text.slice(0, 200)}`);
    },
    close: () => agent.destroy(),
  };
}
