/** The logs of the six processes at their most verbose level, on a system whose users send private data. */
import { randomBytes, randomUUID } from 'node:crypto';
import { orderWorkflowId, queues } from '../../contracts/names';
import {
  addKitchen,
  anAgent,
  anOrderOf,
  aRestaurant,
  ask,
  assigned,
  call,
  cancel,
  decide,
  delivered,
  events,
  move,
  pageOf,
  place,
  placed,
  rate,
  type OrderPage,
  type Placed,
} from '../e2e/fixtures/platform';
import { temporal } from '../e2e/fixtures/temporal-cli';
import { anOperator, authorization } from '../fixtures/tokens';
import { anOutsider } from '../fixtures/outsider';
import { until } from '../fixtures/until';
import { processNames, type ProcessName } from '../../tools/stack/addresses';
import { runCommand } from './fixtures/launched';
import { impatient, ownSystem, removeSystem, type OwnSystem } from './fixtures/own-system';

jest.setTimeout(150_000); // parts start slowly on a busy machine

type Line = Record<string, unknown> & { event?: string; name?: string; msg?: string };

let system: OwnSystem;
beforeAll(async () => {
  system = await ownSystem({ ...impatient, LOG_LEVEL: 'info' });
}, 150_000);
afterAll(removeSystem);

const textOf = async (part: ProcessName): Promise<string> => system.logOf(part);
const linesOf = async (part: ProcessName): Promise<Line[]> =>
  (await textOf(part))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
/** Waits for a line with these fields in a process's log. */
const lineIn = (part: ProcessName, fields: Line): Promise<Line> =>
  until(`${JSON.stringify(fields)} in the log of ${part}`, async () =>
    (await linesOf(part)).find((line) => Object.entries(fields).every(([name, value]) => line[name] === value)),
  );

/** By the `log-level` command, which sends the signal. */
async function stepLevelTo(level: string): Promise<void> {
  expect(await runCommand('log-level', ...processNames, '--name', system.name)).toMatchObject({ code: 0 });
  for (const part of processNames) await lineIn(part, { event: 'log-level', log_level: level });
}

test('a log level changed at run time applies to existing loggers and to the Temporal SDK', async () => {
  const first = await placed();
  const { order_id } = first;
  await pageOf(first);
  await lineIn('worker-order', { event: 'order-placed', order_id });
  expect((await linesOf('worker-order')).filter(({ level }) => Number(level) < 30)).toEqual([]);

  await stepLevelTo('debug');
  const later = await placed();
  await lineIn('worker-order', { event: 'temporal', msg: 'Workflow started', order_id: later.order_id });
  await lineIn('worker-restaurant', { event: 'message-handled', order_id: later.order_id });
  await pageOf(later);
  await lineIn('api-user', { event: 'request', method: 'GET', level: 20, order_id: later.order_id });
  const reads = (await linesOf('api-user')).filter(({ method }) => method === 'GET');
  expect(reads.filter((line) => line['order_id'] === order_id)).toEqual([]);

  await stepLevelTo('trace'); // for the rest of this file
});

/** The role, and a name that does not reveal the `sub`. */
const anOperatorsPseudonym = expect.stringMatching(/^operator:[\da-f]{12}$/) as string;

test('a refused request is logged with who sent it, and with the order of its path, whatever its body names', async () => {
  const [order, another] = [await placed(), await placed()];
  const body = { status: 'LOST', order_id: another.order_id };
  const request_id = `refused-${randomUUID()}`;
  const headers = { 'x-request-id': request_id };
  await call('restaurant', 'POST', `/orders/${order.order_id}/decision`, body, headers);
  expect(await lineIn('api-restaurant', { event: 'request', request_id, status: 422 })).toMatchObject({
    level: 30,
    order_id: order.order_id,
    caller: anOperatorsPseudonym,
  });
});

describe('one order', () => {
  test('is found by its id in the logs of all processes that handled it', async () => {
    const order = await delivered();
    expect((await rate(order, 5, 4)).status).toBe(201);
    const { order_id } = order;
    const workflow_id = orderWorkflowId(order_id);

    const fields = { event: 'request', level: 30, route: '/orders', status: 201, order_id, workflow_id };
    expect(await lineIn('api-user', fields)).toMatchObject({ caller: anOperatorsPseudonym });
    await lineIn('api-restaurant', { event: 'request', route: '/orders/:order_id/decision', order_id, workflow_id });
    await lineIn('api-delivery', { event: 'request', route: '/deliveries/:order_id', order_id, workflow_id });
    for (const event of ['order-placed', 'order-confirmed', 'agent-assigned'])
      await lineIn('worker-order', { event, level: 30, order_id, workflow_id });
    await lineIn('worker-order', { event: 'order-ended', outcome: 'DELIVERED', order_id });
    await lineIn('worker-order', { event: 'rating-published', order_id });
    await lineIn('worker-restaurant', { event: 'message-handled', queue: queues.placeOrder, order_id, workflow_id });
    await lineIn('worker-delivery', { event: 'message-handled', queue: queues.deliveryRatings, order_id });
  });

  test('that is cancelled is logged as cancelled once', async () => {
    const order = await placed();
    expect((await cancel(order)).status).toBe(200);
    await lineIn('worker-order', { event: 'order-ended', outcome: 'CANCELLED', order_id: order.order_id });
    const events = (await linesOf('worker-order'))
      .filter((line) => line['order_id'] === order.order_id && line['level'] === 30)
      .map(({ event }) => event);
    expect(events).toEqual(['order-placed', 'order-undoing', 'order-ended']);
  });
});

/** An order for which no agent is free: agents left over from other tests take orders first. */
async function aWaitingOrder(): Promise<Placed> {
  for (;;) {
    const order = await placed();
    expect((await decide(order, 'CONFIRMED')).status).toBe(200);
    const searched = (page: OrderPage) =>
      events(page).find((event) => /^(agent assigned|waiting for an agent)$/.test(event));
    const found = await until('the search for an agent has a result', async () => searched(await pageOf(order)));
    if (found !== 'agent assigned') return order;
  }
}

describe('a request id', () => {
  const trace_id = randomBytes(16).toString('hex');
  const traceparent = `00-${trace_id}-00f067aa0ba902b7-01`;

  test('is returned, and is logged with the trace id by each service that the request reaches', async () => {
    const order = await placed();
    const request_id = `mine-${randomUUID()}`;
    const { headers } = await call('user', 'GET', `/orders/${order.order_id}`, undefined, {
      'x-request-id': request_id,
      traceparent,
    });
    expect(headers.get('x-request-id')).toBe(request_id);
    await lineIn('api-user', { event: 'request', request_id, trace_id, order_id: order.order_id });
    await lineIn('api-restaurant', { event: 'request', request_id, order_id: order.order_id });
    await lineIn('api-delivery', { event: 'request', request_id, order_id: order.order_id });
  });

  test('is passed on with a message to its consumer', async () => {
    const order = await aWaitingOrder();
    await lineIn('worker-order', { event: 'order-waiting', order_id: order.order_id });
    const request_id = `mine-${randomUUID()}`;
    await call('delivery', 'POST', '/agents', anAgent(), { 'x-request-id': request_id });
    await lineIn('worker-order', { event: 'message-handled', queue: queues.agentAssigned, request_id });
  });

  test.each([['a "quoted" one'], ['x'.repeat(129)], ['']])('that is malformed is replaced: %s', async (sent) => {
    const { headers } = await ask('user', 'GET', '/health', undefined, { 'x-request-id': sent });
    expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });
});

test('no log holds names, texts, user ids or credentials, whatever fails', async () => {
  const mark = `M4rk3d${randomUUID().slice(0, 8)}`;
  const kitchen = await addKitchen();
  const order = await assigned();
  const queue = await anOutsider(process.env['RABBITMQ_URL'] ?? '');
  const { authorization: token = '' } = await authorization(anOperator);

  // Names and texts in valid requests.
  const restaurant = aRestaurant(mark);
  await call('restaurant', 'POST', '/restaurants', { ...restaurant, description: mark });
  await call('delivery', 'POST', '/agents', { ...anAgent(), name: mark, userName: mark });
  await ask('delivery', 'POST', `/deliveries/${order.order_id}/decline`, { agent_id: order.agent_id, reason: mark });
  await cancel(order, { reason: mark });
  const refused = await place(anOrderOf(kitchen));
  await decide(refused, 'CANCELLED', mark);

  // Invalid requests and messages.
  await ask('user', 'POST', '/orders', { user_id: mark, restaurants: mark });
  await ask('user', 'GET', `/${mark}/orders?name=${mark}`);
  await ask('user', 'GET', `/orders/${mark}?name=${mark}`);
  await ask('restaurant', 'GET', `/orders?status=${mark}`);
  await ask('user', 'GET', '/orders/1', undefined, { authorization: `Bearer ${mark}`, cookie: mark });
  await fetch(`${process.env['USER_SERVICE_URL']}/orders`, {
    method: 'POST',
    headers: { authorization: token, 'content-type': 'application/json' },
    body: `{"user_id": ${mark}}`,
  });
  for (const body of [mark, `{"order_id": ${mark}`, JSON.stringify({ order_id: mark, status: mark })]) {
    queue.send(queues.placeOrder, body);
    queue.send(queues.deliveryRatings, body);
  }
  const signalled = await placed();
  const toOrder = ['--workflow-id', orderWorkflowId(signalled.order_id), '--input', JSON.stringify(mark)];
  await temporal('workflow', 'signal', '--name', 'deliveryStatus', ...toOrder);
  await lineIn('worker-delivery', { event: 'message-dead', queue: queues.deliveryRatings });
  await lineIn('worker-restaurant', { event: 'message-dead', queue: queues.placeOrder });

  // Failures.
  await temporal('workflow', 'terminate', '--workflow-id', orderWorkflowId(signalled.order_id), '--reason', mark);
  await system.stop('postgres');
  await ask('delivery', 'POST', '/agents', { ...anAgent(), name: mark, userName: mark });
  await ask('restaurant', 'POST', '/restaurants', { ...restaurant, description: mark });
  await ask('user', 'GET', `/users/${order.user_id}/orders`);
  await lineIn('api-delivery', { event: 'request-failed' });
  await lineIn('api-restaurant', { event: 'request-failed' });
  await system.start('postgres');
  await move(await assigned(), 'PICKED_UP');
  await queue.close();

  const secrets = [mark, order.user_id, token.split('.').at(-1) ?? '', 'postgres:postgres', 'guest:guest', 'Asha'];
  for (const part of processNames) {
    const text = await textOf(part);
    expect([part, ...secrets.filter((secret) => text.includes(secret))]).toEqual([part]);
    const without = (await linesOf(part)).filter(({ event, name, msg }) => !event || name !== part || !msg);
    expect(without).toEqual([]);
  }
});
