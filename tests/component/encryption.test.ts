/** Encrypted payloads on the real server: what Temporal stores, who can read it, and key changes while orders are running. */
import { ApplicationFailure, type Payload } from '@temporalio/common';
import type { WorkflowFailedError } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { listen } from '../../api/http/server';
import { workflowTypes } from '../../contracts/names';
import { createLog } from '../../lib/logging/log';
import { dataConverterOf, payloadCodec } from '../../lib/temporal/payload-codec';
import type { PayloadKeys } from '../../lib/temporal/payload-keys';
import { createCodecApp } from '../../tools/codec-server/main';
import { cancelUpdate, decideUpdate, moveDeliveryUpdate } from '../../workflows/messages';
import { orderStart } from '../../workflows/start';
import { temporal as temporalCli } from '../e2e/fixtures/temporal-cli';
import { anOrderInput } from '../fixtures/orders';
import { aKey, keysOf } from '../fixtures/payload-keys';
import { aCourier, aCustomer, anOperator, aTokenOf, bearerOf, tokensRequired } from '../fixtures/tokens';
import {
  agent,
  findOrder,
  openWorkflowStage,
  startOrder,
  stubServices,
  type Stub,
  workflowBundle,
  type OrderUnderTest,
  type WorkflowPeers,
  type WorkflowStage,
} from '../fixtures/workflows';
import { readEvents, savedHistories, toHistory } from '../replay/fixtures/histories';

const [one, two] = [aKey('one'), aKey('two')];
const keys = keysOf(one);
const uiOrigin = 'http://127.0.0.1:8233';

/** Clients and a worker with the same keys, or none. */
type Side = WorkflowPeers & { taskQueue: string };

let stage: WorkflowStage;
let plain: Side;
let encrypting: Side;
let codecServer: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  stage = await openWorkflowStage();
  const side = async (peers: WorkflowPeers) => ({ ...peers, ...(await peers.worker(failingAtFirst())) });
  plain = await side(stage);
  encrypting = await side(stage.withKeys(keys));
  const access = tokensRequired;
  const app = createCodecApp({ codec: payloadCodec(keys), access, uiOrigin, log: createLog('test', 'silent') });
  codecServer = await listen(app, '127.0.0.1', 0);
});
afterAll(async () => {
  await codecServer.close();
  await stage.close();
});

const fault = 'the bell of the blue door is broken';
const reason = 'my aunt has cooked';

/** For each order the search for an agent fails as a local activity and once as a durable one, so that its history contains the failure. */
function failingAtFirst(): Stub {
  const attempts = new Map<string, number>();
  return stubServices({
    async assignAgent({ order_id }) {
      const attempt = (attempts.get(order_id) ?? 0) + 1;
      attempts.set(order_id, attempt);
      if (attempt < 3) throw new Error(fault);
      return { outcome: 'assigned', ...agent, status: 'PENDING' };
    },
  });
}

async function given(at: Side): Promise<OrderUnderTest> {
  const { taskQueue } = at;
  const input = anOrderInput({ retryIntervalMs: 100 });
  await at.client.workflow.start(workflowTypes.order, { ...orderStart(input), taskQueue }); // as the API does, with memo and summary
  return findOrder(at.client, input);
}

async function delivered(order: OrderUnderTest): Promise<OrderUnderTest> {
  await order.place();
  await order.update(decideUpdate, { status: 'CONFIRMED' });
  await completeDelivery(order);
  return order;
}
async function completeDelivery(order: OrderUnderTest): Promise<void> {
  await order.update(moveDeliveryUpdate, { status: 'PICKED_UP' });
  await order.update(moveDeliveryUpdate, { status: 'DELIVERED' });
  expect(await order.handle.result()).toMatchObject({ outcome: 'DELIVERED' });
}
async function cancelled(order: OrderUnderTest): Promise<OrderUnderTest> {
  await order.place();
  await order.update(cancelUpdate, { reason });
  expect(await order.handle.result()).toMatchObject({ outcome: 'CANCELLED', reason });
  return order;
}

/** The run's history and description as the server stores them, read without a codec. */
async function stored({ handle: { workflowId } }: OrderUnderTest) {
  const { workflowService } = stage.client;
  const [namespace, execution] = ['default', { workflowId }];
  const { history } = await workflowService.getWorkflowExecutionHistory({ namespace, execution });
  const described = await workflowService.describeWorkflowExecution({ namespace, execution });
  return { history: history ?? {}, described };
}

/** The same as bytes, without the search attributes, which are never encrypted (docs/security.md lists them). */
async function storedBytes(order: OrderUnderTest): Promise<Buffer> {
  const { history, described } = await stored(order);
  for (const event of history.events ?? []) {
    delete event.workflowExecutionStartedEventAttributes?.searchAttributes;
    delete event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes;
  }
  delete described.workflowExecutionInfo?.searchAttributes;
  return Buffer.concat([
    temporal.api.history.v1.History.encode(history).finish(),
    temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse.encode(described).finish(),
  ]);
}

/** The order's personal data and texts. */
const words = ({ input: { order } }: OrderUnderTest): string[] => [
  order.user_id,
  ...order.restaurants.flatMap(({ items }) => items.map(({ menu_item_id }) => menu_item_id)),
  agent.agent_name,
  fault,
  reason,
];
async function foundIn(order: OrderUnderTest): Promise<string[]> {
  const bytes = await storedBytes(order);
  return words(order).filter((word) => bytes.includes(word));
}

async function payloadsOf(order: OrderUnderTest): Promise<Payload[]> {
  const { history } = await stored(order);
  const found: Payload[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
    const payload: Payload = value;
    if (!payload.metadata?.['encoding']) Object.values(value).forEach(visit);
    else if (!payload.metadata['type']) found.push(payload); // a search attribute has one
  };
  visit(history);
  return found;
}
const keyIdOf = ({ metadata }: Payload): string => Buffer.from(metadata?.['encryption-key-id'] ?? []).toString();

describe('of an order, Temporal stores', () => {
  test('all texts in plain without encryption', async () => {
    const order = await delivered(await given(plain));
    expect(await foundIn(order)).toEqual(words(order).filter((word) => word !== reason));
    expect(await foundIn(await cancelled(await given(plain)))).toContain(reason);
  });

  test('none of them with encryption, and each process can still read them', async () => {
    const order = await delivered(await given(encrypting));
    expect(await order.durableCalls()).toContain('assignAgent');
    expect(await foundIn(order)).toEqual([]);
    const { memo, staticDetails } = await encrypting.client.workflow
      .getHandle(order.handle.workflowId)
      .describe()
      .then(async (description) => ({ memo: description.memo, staticDetails: await description.staticDetails() }));
    expect(memo).toMatchObject({ placedAt: order.input.order.placed_at });
    expect(staticDetails).toContain(order.input.order.user_id);
    expect((await order.view()).agent).toMatchObject(agent);
    expect(await foundIn(await cancelled(await given(encrypting)))).toEqual([]);
  });

  test('no failure message with encryption, and the client can read it', async () => {
    const createOrder = () => Promise.reject(ApplicationFailure.nonRetryable(fault));
    const { taskQueue } = await encrypting.worker(stubServices({ createOrder }));
    const order = await startOrder(encrypting.client, taskQueue, anOrderInput());
    const failed = await order.handle.result().catch((error: unknown) => error as WorkflowFailedError);
    expect(failed).toMatchObject({ cause: { message: expect.stringContaining(fault) as unknown } });
    expect(await foundIn(order)).toEqual([]);
    const { history } = await stored(order);
    const { failure } = history.events?.at(-1)?.workflowExecutionFailedEventAttributes ?? {};
    expect(failure).toMatchObject({ message: 'Encoded failure', applicationFailureInfo: { type: 'OrderFailed' } });
  });
});

describe('a running order', () => {
  /** An order that one worker and client start and confirm, and others complete. */
  async function handedOver(before: PayloadKeys | undefined, after: PayloadKeys): Promise<OrderUnderTest> {
    const first = stage.withKeys(before);
    const { taskQueue, ...worker } = await first.worker(stubServices());
    const order = await startOrder(first.client, taskQueue, anOrderInput());
    await order.place();
    await order.update(decideUpdate, { status: 'CONFIRMED' });
    await order.sees('agent assigned');
    await worker.stop();
    const next = stage.withKeys(after);
    await next.worker(stubServices(), taskQueue); // its cache is empty, so it replays the first worker's history
    const found = findOrder(next.client, order.input);
    await completeDelivery(found);
    return found;
  }

  test('continues, encrypted from there, when encryption is switched on', async () => {
    const ids = (await payloadsOf(await handedOver(undefined, keys))).map(keyIdOf);
    expect(new Set(ids)).toEqual(new Set(['', 'one']));
    expect(ids.at(-1)).toBe('one');
  });

  test('continues, in plain from there, when encryption is switched off', async () => {
    const ids = (await payloadsOf(await handedOver(keys, keysOf('plain', one)))).map(keyIdOf);
    expect(ids.at(0)).toBe('one');
    expect(ids.at(-1)).toBe('');
  });

  test('continues, with the new key from there, when the key changes', async () => {
    const ids = (await payloadsOf(await handedOver(keys, keysOf(two, one)))).map(keyIdOf);
    expect(new Set(ids)).toEqual(new Set(['', 'one', 'two']));
    expect(ids.at(0)).toBe('one');
    expect(ids.at(-1)).toBe('two');
  });
});

describe('a worker with keys', () => {
  const replay = async (histories: Parameters<typeof Worker.runReplayHistories>[1]) => {
    const options = { workflowBundle: await workflowBundle(keys), dataConverter: dataConverterOf(keys) };
    const errors: unknown[] = [];
    let replayed = 0;
    for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
      replayed += 1;
      if (error) errors.push([workflowId, error]);
    }
    return { replayed, errors };
  };

  test('replays the saved histories, which are not encrypted', async () => {
    const names = savedHistories().slice(0, 3);
    const histories = names.map((workflowId) => ({ workflowId, history: toHistory(readEvents(workflowId)) }));
    expect(await replay(histories)).toEqual({ replayed: names.length, errors: [] });
  });

  test('replays the history of an encrypted order', async () => {
    const order = await delivered(await given(encrypting));
    const history = await order.handle.fetchHistory();
    expect(await replay([{ workflowId: order.handle.workflowId, history }])).toEqual({ replayed: 1, errors: [] });
  });
});

describe('the codec server', () => {
  let order: OrderUnderTest;
  let payloads: { metadata: Record<string, string>; data: string }[];
  const base64 = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('base64');
  beforeAll(async () => {
    order = await delivered(await given(encrypting));
    payloads = (await payloadsOf(order)).map(({ metadata, data }) => ({
      metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
      data: base64(data),
    }));
  });
  const ask = async (path: string, headers: Record<string, string>, body: unknown = { payloads }) => {
    const response = await fetch(`${codecServer.address}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-namespace': 'default', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: JSON.parse(text) as { payloads: typeof payloads },
    };
  };
  const clear = (answered: typeof payloads): string =>
    answered.map(({ data }) => Buffer.from(data, 'base64').toString()).join('\n');

  test.each(['/decode', '/default/decode'])('decodes for an operator: %s', async (path) => {
    const { status, body } = await ask(path, await bearerOf(anOperator));
    expect(status).toBe(200);
    expect(body.payloads).toHaveLength(payloads.length);
    for (const word of words(order).filter((each) => each !== reason)) expect(clear(body.payloads)).toContain(word);
  });

  test.each(['/encode', '/default/encode'])('encodes for an operator, and decodes the result: %s', async (path) => {
    const plain = {
      metadata: { encoding: base64(Buffer.from('json/plain')) },
      data: base64(Buffer.from('"PICKED_UP"')),
    };
    const encoded = await ask(path, await bearerOf(anOperator), { payloads: [plain] });
    expect(encoded.status).toBe(200);
    expect(clear(encoded.body.payloads)).not.toContain('PICKED_UP');
    const decoded = await ask('/decode', await bearerOf(anOperator), { payloads: encoded.body.payloads });
    expect(decoded.body.payloads).toEqual([plain]);
  });

  const refusedCallers: [string, () => Promise<Record<string, string>>, number][] = [
    ['without a token', async () => ({}), 401],
    ['with an expired token', async () => ({ authorization: `Bearer ${await aTokenOf(anOperator, -60)}` }), 401],
    ['as the customer', () => bearerOf(aCustomer(order.input.order.user_id)), 403],
    ['as the courier', () => bearerOf(aCourier(agent.agent_id)), 403],
    ['as a service', () => bearerOf({ role: 'service', sub: 'api-user' }), 403],
  ];
  test.each(refusedCallers)('refuses a caller %s', async (_, headers, status) => {
    for (const path of ['/decode', '/default/decode', '/encode']) {
      const answer = await ask(path, await headers());
      expect(answer.status).toBe(status);
      expect(answer.text).not.toContain('payloads');
    }
  });

  test.each([
    ['that is not JSON', '{"payloads":'],
    ['without a list of payloads', { payloads: 'all' }],
    ['with data that is not base64', { payloads: [{ data: '?' }] }],
  ])('answers a body %s with 400', async (_, body) => {
    expect((await ask('/decode', await bearerOf(anOperator), body)).status).toBe(400);
  });

  test("answers a payload with an unknown key with 400 and the key's id", async () => {
    const [encoded] = await payloadCodec(keysOf(two)).encode([{ metadata: {}, data: Buffer.from('x') }]);
    const foreign = {
      metadata: { encoding: base64(encoded?.metadata?.['encoding']), 'encryption-key-id': base64(Buffer.from('two')) },
      data: base64(encoded?.data),
    };
    const { status, text } = await ask('/decode', await bearerOf(anOperator), { payloads: [foreign] });
    expect(status).toBe(400);
    expect(text).toContain('encrypted with the key \\"two\\", which this process does not have');
  });

  test("allows requests from the Web UI's origin and no other", async () => {
    const preflight = (origin: string) =>
      fetch(`${codecServer.address}/decode`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    const { headers } = await preflight(uiOrigin);
    expect(headers.get('access-control-allow-origin')).toBe(uiOrigin);
    expect(headers.get('access-control-allow-headers')).toBe('authorization, content-type, x-namespace');
    expect(
      (await ask('/decode', { ...(await bearerOf(anOperator)), origin: uiOrigin })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBe(uiOrigin);
    expect((await ask('/decode', { origin: uiOrigin })).headers.get('access-control-allow-origin')).toBe(uiOrigin);
    for (const origin of ['http://evil.example', 'null', `${uiOrigin}.example`])
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
  });

  describe('for the command line', () => {
    const remote = async () => [
      '--codec-endpoint',
      `${codecServer.address}/{namespace}`,
      '--codec-auth',
      `Bearer ${await aTokenOf(anOperator)}`,
    ];
    /** The command line's output for an order. */
    const show = async (...args: string[]): Promise<string> => {
      const id = ['--workflow-id', order.handle.workflowId];
      const shown = await temporalCli('workflow', 'show', ...id, '--output', 'json', ...args);
      return [...shown.matchAll(/"data": "([^"]+)"/g)].map(([, data = '']) => Buffer.from(data, 'base64')).join('\n');
    };

    test('shows an order to an operator and to no other role', async () => {
      expect(await show(...(await remote()))).toContain(agent.agent_name);
      expect(await show()).not.toContain(agent.agent_name);
      const asCustomer = `Bearer ${await aTokenOf(aCustomer(order.input.order.user_id))}`;
      await expect(
        show('--codec-endpoint', codecServer.address, '--codec-auth', asCustomer, '--command-timeout', '3s'),
      ).rejects.toThrow('Command failed');
    });

    test("encodes an operator's signal", async () => {
      const another = await given(encrypting);
      await another.place();
      const signal = ['workflow', 'signal', '--workflow-id', another.handle.workflowId, '--name', 'restaurantDecision'];
      await temporalCli(...signal, '--input', '"CONFIRMED"', ...(await remote()));
      await another.sees('agent assigned');
      expect((await storedBytes(another)).includes('"CONFIRMED"')).toBe(false);
      await completeDelivery(another);
    });
  });
});
