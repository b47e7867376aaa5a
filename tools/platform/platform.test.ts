import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anOperator } from '../stack/access';
import { bodyOf, codeOf, expectStatus, UnexpectedAnswerError, type AnyAnswer } from './answer';
import { createPlatform, untilDone, urlsIn, type Platform } from './platform';
import { createKeepAlive, fetchTransport, type PlatformOptions } from './send';

interface Reply {
  status: number;
  headers?: Record<string, string>;
  /** Undefined: never answers. */
  text?: string;
}

let server: Server;
let replies: Reply[];
let onReceived: () => void;
let received: { line: string; authorization: string | undefined; key: unknown; body: string }[];

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

beforeEach(async () => {
  replies = [];
  received = [];
  onReceived = () => undefined;
  server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const { authorization, 'idempotency-key': key } = request.headers;
      received.push({ line: `${request.method} ${request.url}`, authorization, key, body });
      onReceived();
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      if (reply?.text !== undefined) response.writeHead(reply.status, reply.headers).end(reply.text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const platformWith = (options: Partial<PlatformOptions> = {}): Platform =>
  createPlatform({ urlOf: url, authorization: async ({ sub }) => ({ authorization: `Bearer ${sub}` }), ...options });
const json = (status: number, body: object, headers = {}): Reply => ({ status, headers, text: JSON.stringify(body) });
const placement = { order_id: 'o', status: 'PENDING', placed_at: '2026-01-01T00:00:00.000Z', message: 'Order placed' };
const order = { user_id: 'u', restaurants: [] };
const refusal = { success: false, message: 'too late', detail: 'too late', code: 'CANCEL_TOO_LATE' };

const keepAlive = createKeepAlive();
afterAll(() => keepAlive.close());

describe.each([
  ['fetch', fetchTransport],
  ['kept connections', keepAlive.transport],
])('a request by %s', (_name, transport) => {
  test('carries the caller, its headers and its body, and returns the answer', async () => {
    replies = [json(201, placement, { Location: '/orders/o' })];
    const answer = await platformWith({ transport }).placeOrder(order, { key: 'k' });
    expect(answer).toMatchObject({ outcome: 'done', status: 201, body: placement, method: 'POST', path: '/orders' });
    expect(answer.headers.get('location')).toBe('/orders/o');
    expect(received).toEqual([
      { line: 'POST /orders', authorization: `Bearer ${anOperator.sub}`, key: 'k', body: JSON.stringify(order) },
    ]);
  });

  test('that is never answered is a value once its time is up', async () => {
    replies = [{ status: 200 }];
    const answer = await platformWith({ transport, timeoutMs: 50 }).order('o');
    expect(answer).toMatchObject({ outcome: 'no answer', status: null, body: null });
  });

  test('to a service that is down is a value', async () => {
    const answer = await platformWith({ transport, urlOf: () => 'http://127.0.0.1:1' }).order('o');
    expect(() => bodyOf(answer)).toThrow('GET http://127.0.0.1:1/orders/o got no answer; expected 200 or 201');
  });

  test('that is aborted is a value, and is not repeated', async () => {
    replies = [{ status: 200 }];
    const end = new AbortController();
    onReceived = () => end.abort();
    const repeat = { ...untilDone, when: () => true };
    expect(await platformWith({ transport, signal: end.signal, repeat }).order('o')).toMatchObject({ status: null });
    expect(received).toHaveLength(1);
  });
});

test('an answer that is not JSON is no answer', async () => {
  replies = [{ status: 502, text: '<html>' }];
  expect(await platformWith().order('o')).toMatchObject({ outcome: 'no answer' });
});

test('a platform for another caller sends their token; for none, no token', async () => {
  replies = [json(200, [])];
  const platform = platformWith();
  await platform.as({ role: 'courier', sub: 'asha', agent_id: 'a' }).agents();
  await platform.as(null).agents('all');
  expect(received).toMatchObject([
    { line: 'GET /agents?assignments=open', authorization: 'Bearer asha' },
    { line: 'GET /agents?assignments=all', authorization: undefined },
  ]);
});

test('a query holds only the fields that are set', async () => {
  replies = [json(200, {})];
  await platformWith().orderGroups();
  await platformWith().orderGroups({ order_id: 'o', limit: 5 });
  expect(received.map(({ line }) => line)).toEqual(['GET /orders', 'GET /orders?order_id=o&limit=5']);
});

describe('an outcome', () => {
  test.each([
    [200, 'done'],
    [202, 'accepted'],
    [409, 'refused'],
    [503, 'failed'],
  ])('of a %d is "%s"', async (status, outcome) => {
    replies = [json(status, refusal)];
    expect(await platformWith().order('o')).toMatchObject({ status, outcome });
  });

  test('that was not expected throws an error that names request, status, code and message', async () => {
    replies = [json(409, refusal)];
    const answer = await platformWith().cancelOrder('o');
    expect(() => bodyOf(answer)).toThrow(UnexpectedAnswerError);
    expect(() => expectStatus(answer, 200, 404)).toThrow(
      'POST /orders/o/cancel answered 409 CANCEL_TOO_LATE too late; expected 200 or 404',
    );
    expect(expectStatus(answer, 409)).toBe(answer);
    expect(codeOf(answer)).toBe('CANCEL_TOO_LATE');
  });

  test('of 422 names the places that do not match', async () => {
    replies = [json(422, { ...refusal, code: 'UNPROCESSABLE', errors: [{ path: 'menu.0', message: 'is no item' }] })];
    const answer = await platformWith().decide('o', { status: 'CONFIRMED' });
    expect(() => bodyOf(answer)).toThrow('answered 422 UNPROCESSABLE too late (menu.0: is no item)');
  });

  test('of 202 has no body of a carried out request', async () => {
    replies = [json(202, { success: true, status: 'ACCEPTED', message: 'accepted' })];
    const answer = await platformWith().moveDelivery('o', 'PICKED_UP');
    expect(() => bodyOf(answer)).toThrow('PATCH /deliveries/o answered 202; expected 200 or 201');
  });
});

describe('a request that is repeated', () => {
  const quickly = { ...untilDone, pauseMs: () => 1 };

  test('is sent until the outcome is known, and each answer is reported', async () => {
    replies = [json(202, {}), json(503, {}), json(200, { success: true })];
    const seen: (number | null)[][] = [];
    const onAnswer = ({ status }: AnyAnswer, attempt: number): void => void seen.push([attempt, status]);
    expect(await platformWith({ repeat: quickly, onAnswer }).cancelOrder('o')).toMatchObject({ status: 200 });
    expect(seen).toEqual([
      [1, 202],
      [2, 503],
      [3, 200],
    ]);
  });

  test('ends with the last answer when its time is up, which Retry-After counts towards', async () => {
    replies = [json(503, refusal, { 'Retry-After': '1' })];
    const repeat = { ...quickly, timeoutMs: 500 };
    expect(await platformWith({ repeat }).cancelOrder('o')).toMatchObject({ status: 503 });
    expect(received).toHaveLength(1);
  });

  test('is not repeated after a refusal', async () => {
    replies = [json(404, refusal)];
    expect(await platformWith({ repeat: quickly }).order('o')).toMatchObject({ status: 404 });
    expect(received).toHaveLength(1);
  });
});

test('an address that is not set is named', async () => {
  const platform = createPlatform({ urlOf: urlsIn({}) });
  await expect(platform.order('o')).rejects.toThrow('USER_SERVICE_URL is not set');
});
