/** What customers, restaurants, couriers and operators are told as it happens, by the running system. */
import { randomUUID } from 'node:crypto';
import type { Caller } from '../../contracts/access';
import type { OrderEvent } from '../../contracts/events';
import { urlsIn } from '../../tools/platform/platform';
import { listenTo, type Listener } from '../fixtures/event-streams';
import { aCourier, aCustomer, anOperator, aRestaurant, authorization } from '../fixtures/tokens';
import {
  addAgent,
  addKitchen,
  agentOf,
  anOrderOf,
  ask,
  assigned,
  cancel,
  decide,
  deliver,
  delivered,
  isRateable,
  place,
  placed,
  rate,
  type Placed,
  type Service,
} from './fixtures/platform';
import { until } from '../fixtures/until';

const urlOf = urlsIn(process.env);
const open: Listener[] = [];
afterEach(() => open.splice(0).forEach((listener) => listener.close()));

async function listen(service: Service, path: string, caller: Caller = anOperator, lastId?: string): Promise<Listener> {
  const headers = () => authorization(caller);
  const listener = listenTo(urlOf(service) + path, { headers, ...(lastId !== undefined && { lastId }) });
  open.push(listener);
  await until(`the answer of ${path}`, () => listener.status !== undefined);
  return listener;
}
const listenToOrder = ({ order_id, user_id }: Placed, lastId?: string) =>
  listen('user', `/orders/${order_id}/events`, aCustomer(user_id), lastId);
const whatOf = (events: readonly OrderEvent[]) => events.map(({ type }) => type.split('.')[2]);
const of = ({ order_id }: Placed, events: readonly OrderEvent[]) =>
  events.filter(({ data }) => data.order_id === order_id);
const isTold = (listener: Listener, order: Placed, what: string) =>
  until(`${what} of ${order.order_id}`, () => whatOf(of(order, listener.events)).includes(what));

const path = ['placed', 'priced', 'secured', 'confirmed', 'agent-assigned', 'picked-up', 'delivered'];

test('a customer receives each step of an order, numbered from 1, until it is delivered', async () => {
  const order = await placed();
  const customer = await listenToOrder(order);
  expect(customer.status).toBe(200);
  expect(whatOf(await customer.received(3))).toEqual(path.slice(0, 3));
  await addAgent();
  await decide(order, 'CONFIRMED');
  await agentOf(order);
  await customer.received(5);
  await deliver(order);
  await customer.ended();
  expect(whatOf(customer.events).filter((what) => what !== 'agent-searched')).toEqual(path);
  expect(customer.events.map(({ id }) => id)).toEqual(
    customer.events.map((_event, place) => `${order.order_id}:${place + 1}`),
  );
  expect(customer.endReason).toBe('over');
});

test('a customer who comes back is told of what is new, and at the end that there is no more', async () => {
  const order = await delivered();
  const all = await listenToOrder(order);
  await all.ended();
  const [first, ...others] = all.events;
  const again = await listenToOrder(order, first?.id.split(':')[1]);
  await again.ended();
  expect(again.events).toEqual(others);
  expect((await listenToOrder(order, again.lastId)).status).toBe(204);
  await isRateable(order);
  await rate(order, 5, 4);
  const later = await listenToOrder(order, again.lastId);
  expect(whatOf(await later.received(1))).toEqual(['rated']);
  await later.ended();
  expect((await listenToOrder(order, later.lastId)).status).toBe(204);
});

test('a cancelled order says why, and ends its stream', async () => {
  const order = await placed();
  const customer = await listenToOrder(order);
  await cancel(order, { reason: 'changed my mind' });
  await customer.ended();
  expect(customer.events.at(-1)).toMatchObject({
    type: 'food-delivery.order.cancelled.v1',
    data: { status: 'CANCELLED', reason: expect.stringContaining('changed my mind') as string },
  });
});

test('a restaurant hears of its new orders and their course, and of no other restaurant’s', async () => {
  const [own, other] = [await addKitchen(), await addKitchen()];
  const kitchen = await listen('restaurant', `/restaurants/${own.id}/events`, aRestaurant(own.id));
  const stranger = await listen('restaurant', `/restaurants/${other.id}/events`, aRestaurant(other.id));
  const order = await place(anOrderOf(own));
  await isTold(kitchen, order, 'secured');
  await addAgent();
  await decide(order, 'CONFIRMED');
  await agentOf(order);
  await deliver(order);
  await isTold(kitchen, order, 'delivered');
  expect(whatOf(kitchen.events).filter((what) => what !== 'agent-searched')).toEqual(path.slice(1));
  for (const { data } of kitchen.events) expect(data).not.toHaveProperty('total');
  const others = await place(anOrderOf(other));
  await isTold(stranger, others, 'secured');
  expect(of(order, stranger.events)).toEqual([]);
});

test('a courier gets a job while listening, and one who comes back has missed nothing', async () => {
  const order = await assigned();
  const courier = aCourier(order.agent_id);
  const stream = `/agents/${order.agent_id}/events`;
  const first = await listen('delivery', stream, courier, '0');
  await isTold(first, order, 'agent-assigned');
  first.close();
  await deliver(order);
  const back = await listen('delivery', stream, courier, first.lastId);
  await isTold(back, order, 'delivered');
  expect(whatOf(of(order, back.events))).toEqual(['picked-up', 'delivered']);
});

test('an operator receives the events of every order', async () => {
  const operator = await listen('user', '/events');
  const orders = [await placed(), await placed()];
  for (const order of orders) await isTold(operator, order, 'secured');
  for (const order of orders) expect(whatOf(of(order, operator.events))).toEqual(path.slice(0, 3));
});

describe('a stream is refused', () => {
  test.each<[string, Service, (order: Placed) => string, Caller, number]>([
    ["another customer's order", 'user', ({ order_id }) => `/orders/${order_id}/events`, aCustomer(randomUUID()), 404],
    ['an unknown order', 'user', () => `/orders/${randomUUID()}/events`, anOperator, 404],
    ['all orders, for a customer', 'user', () => '/events', aCustomer(randomUUID()), 403],
    ['another restaurant', 'restaurant', () => `/restaurants/${randomUUID()}/events`, aRestaurant(randomUUID()), 404],
    ['another courier', 'delivery', () => `/agents/${randomUUID()}/events`, aCourier(randomUUID()), 404],
  ])('of %s', async (_what, service, pathOf, caller, status) => {
    expect((await listen(service, pathOf(await placed()), caller)).status).toBe(status);
  });

  test.each(['9999', '-1', 'x', '1:1', '99999999999999999999999'])('behind the unknown event %s', async (lastId) => {
    expect((await listenToOrder(await placed(), lastId)).status).toBe(410);
  });
});

describe('a token for one stream', () => {
  const tokenFor = async (order: Placed, caller: Caller = aCustomer(order.user_id)) => {
    const stream = `/orders/${order.order_id}/events`;
    const { status, body } = await ask<{ token: string; expires_at: string }>(
      'user',
      'POST',
      '/stream-tokens',
      { stream },
      await authorization(caller),
    );
    expect(status).toBe(200);
    return { stream, token: body.token };
  };
  const openWith = async (stream: string, token: string): Promise<Listener> => {
    const listener = listenTo(`${urlOf('user')}${stream}?stream_token=${token}`);
    open.push(listener);
    await until('the answer', () => listener.status !== undefined);
    return listener;
  };

  test('opens it without a header', async () => {
    const { stream, token } = await tokenFor(await placed());
    expect(whatOf(await (await openWith(stream, token)).received(3))).toEqual(path.slice(0, 3));
  });

  test('opens no other stream, and no other route', async () => {
    const { stream, token } = await tokenFor(await placed());
    const another = await placed();
    expect((await openWith(`/orders/${another.order_id}/events`, token)).status).toBe(401);
    expect((await openWith(stream.replace('/events', ''), token)).status).toBe(401);
    expect((await openWith(stream, `${token.slice(0, -2)}xx`)).status).toBe(401);
    const asBearer = { authorization: `Bearer ${token}` };
    expect((await ask('user', 'GET', stream.replace('/events', ''), undefined, asBearer)).status).toBe(401);
  });

  test("does not make another's order one's own", async () => {
    const { stream, token } = await tokenFor(await placed(), aCustomer(randomUUID()));
    expect((await openWith(stream, token)).status).toBe(404);
  });

  test.each(['/orders', '/orders/1/events', 'https://evil.example/events', ''])(
    'is not made for %j, which is no stream',
    async (stream) => {
      expect((await ask('user', 'POST', '/stream-tokens', { stream })).status).toBe(422);
    },
  );
});
