/** Streams of orders while every part is killed in turn: who listens, and comes back as an EventSource does, has every event once and in order. */
import { randomUUID } from 'node:crypto';
import type { Caller } from '../../contracts/access';
import { cloudEvent, without, type NumberedEntry, type OrderEvent } from '../../contracts/events';
import { bodyOf, codeOf, type AnyAnswer } from '../../tools/platform/answer';
import { untilDone, urlsIn } from '../../tools/platform/platform';
import { query } from '../../tools/platform/system';
import type { PartName } from '../../tools/stack/part';
import {
  addAgent,
  addKitchen,
  anOrderOf,
  cancel,
  decide,
  once,
  placed,
  platform,
  type Kitchen,
  type Placed,
  type Service,
} from '../e2e/fixtures/platform';
import { listenTo, type Listener } from '../fixtures/event-streams';
import { aCourier, aCustomer, anOperator, aRestaurant, authorization } from '../fixtures/tokens';
import { until } from '../fixtures/until';
import { placeHeld } from './fixtures/held';
import { impatient, ownSystem, removeSystem, type OwnSystem } from './fixtures/own-system';
import { startProcess } from './fixtures/processes';

jest.setTimeout(180_000); // parts start slowly on a busy machine

const urlOf = urlsIn(process.env);
let system: OwnSystem;
beforeAll(async () => {
  system = await ownSystem(impatient);
}, 150_000);
afterAll(removeSystem);

const open: Listener[] = [];
afterAll(() => open.forEach((listener) => listener.close()));

const noOptions: { lastId?: string; urlOf?: () => string } = {};
/** Comes back when its connection ends. */
function listen(service: Service, path: string, caller: Caller, { lastId, ...other } = noOptions): Listener {
  const address = () => (other.urlOf?.() ?? urlOf(service)) + path;
  const headers = () => authorization(caller);
  const listener = listenTo(address, { headers, comesBack: true, ...(lastId !== undefined && { lastId }) });
  open.push(listener);
  return listener;
}
const listenToOrder = ({ order_id, user_id }: Placed, options = noOptions): Listener =>
  listen('user', `/orders/${order_id}/events`, aCustomer(user_id), options);
const whatOf = (events: readonly OrderEvent[]) => events.map(({ type }) => type.split('.')[2]);
const isListening = (listener: Listener) => until('the stream is open', () => listener.isOpen);

describe('while each part is killed in turn', () => {
  const parts: PartName[] = [
    'api-user',
    'worker-order',
    'rabbitmq',
    'api-restaurant',
    'worker-restaurant',
    'postgres',
    'api-delivery',
    'worker-delivery',
    'redis',
    'temporal',
  ];
  /** How an order ends. */
  const courses = ['rated', 'cancelled', 'delivered', 'refused in part'] as const;

  /** Sent again until its outcome is known; also what came too early: a stream may tell of a step before the workflow knows of it. */
  const client = platform.with({
    repeat: {
      ...untilDone,
      timeoutMs: 120_000,
      when: (answer) =>
        answer.status === null || answer.status === 202 || answer.status >= 500 || tooEarly.has(codeOf(answer)),
    },
  });
  const tooEarly = new Set<string | undefined>(['NO_AGENT_YET', 'NOT_DELIVERED']);
  /** Refused as a repeat: the first one was carried out before its answer was lost. */
  const isDone = (answer: AnyAnswer): boolean => answer.outcome === 'done' || codeOf(answer) === 'DUPLICATE';

  let kitchens: [Kitchen, Kitchen, Kitchen];
  let agents: string[];
  const orders: Placed[] = [];
  /** Two of each order. */
  const customers = new Map<Placed, Listener[]>();

  async function act(number: number): Promise<void> {
    const course = courses[number % courses.length];
    const [kitchen, other] = [kitchens[number % 3] as Kitchen, kitchens[(number + 1) % 3] as Kitchen];
    const body = { ...anOrderOf(kitchen), on_partial_refusal: 'keep_rest' as const };
    if (course === 'refused in part') body.restaurants.push(...anOrderOf(other).restaurants);
    const { order_id } = bodyOf(await client.placeOrder(body, { key: randomUUID() }));
    const order = { order_id, user_id: body.user_id };
    orders.push(order);
    const listener = listenToOrder(order);
    customers.set(order, [listener, listenToOrder(order)]);
    if (course === 'cancelled') return void bodyOf(await client.cancelOrder(order_id));
    if (course === 'refused in part')
      bodyOf(await client.decide(order_id, { status: 'CANCELLED', restaurant_id: other.id, reason: 'no lentils' }));
    bodyOf(await client.decide(order_id, { status: 'CONFIRMED', restaurant_id: kitchen.id }));
    await until('an agent is assigned', () => whatOf(listener.events).includes('agent-assigned'), 120_000);
    bodyOf(await client.moveDelivery(order_id, 'PICKED_UP'));
    bodyOf(await client.moveDelivery(order_id, 'DELIVERED'));
    if (course === 'rated')
      await until('it is rated', async () =>
        isDone(await client.rateOrder({ user_id: body.user_id, order_id, order_rating: 5, agent_rating: 4 })),
      );
  }

  /** Kills the part, keeps it down for a moment, and brings it back. */
  async function crash(part: PartName): Promise<void> {
    await system.kill(part);
    await system.stop(part); // so that it is not restarted at once
    await until(`${part} is back`, () => system.start(part).then(() => true));
  }

  let log: OrderEvent[];
  let lastAgentOf: Map<string, string>;
  let restaurants: Listener[];
  let couriers: Listener[];
  let operator: Listener;

  beforeAll(async () => {
    kitchens = [await addKitchen(), await addKitchen(), await addKitchen()];
    agents = await Promise.all(Array.from({ length: 6 }, () => addAgent()));
    restaurants = kitchens.map(({ id }) => listen('restaurant', `/restaurants/${id}/events`, aRestaurant(id)));
    couriers = agents.map((id) => listen('delivery', `/agents/${id}/events`, aCourier(id)));
    operator = listen('user', '/events', anOperator);
    await Promise.all([...restaurants, ...couriers, operator].map(isListening));

    const acting: Promise<void>[] = [];
    for (const part of parts) {
      acting.push(act(acting.length), act(acting.length + 1));
      await crash(part);
    }
    await Promise.all(acting);
    for (const { connections } of [...restaurants, ...couriers, operator]) expect(connections).toBeGreaterThan(1);

    const rows = await query<NumberedEntry>(
      process.env.USER_DATABASE_URL ?? '',
      `SELECT order_id AS "orderId", n, type, at, data FROM "OrderEvent" ORDER BY position`,
    );
    log = rows.map(cloudEvent);
    const jobs = await query<{ order: string; agent: string }>(
      process.env.DELIVERY_DATABASE_URL ?? '',
      `SELECT "orderId" AS order, "agentId" AS agent FROM "DeliveryAssignment" WHERE "agentId" IS NOT NULL`,
    );
    lastAgentOf = new Map(jobs.map(({ order, agent }) => [order, agent]));
  }, 240_000);

  const of = (events: readonly OrderEvent[], { order_id }: Placed) =>
    events.filter(({ data }) => data.order_id === order_id);
  /** Events of different orders may overtake each other. */
  const hasExactly = async (listener: Listener, expected: readonly OrderEvent[]): Promise<void> => {
    await until(`all ${expected.length} events`, () => listener.events.length >= expected.length).catch(
      () => undefined,
    );
    for (const order of orders) expect(of(listener.events, order)).toEqual(of(expected, order));
    expect(listener.events).toHaveLength(expected.length);
  };

  test('the log of each order is numbered without a gap, and ends as the order does', () => {
    for (const [number, order] of orders.entries()) {
      const events = of(log, order);
      expect(events.map(({ id }) => id)).toEqual(events.map((_event, place) => `${order.order_id}:${place + 1}`));
      expect(whatOf(events)[0]).toBe('placed');
      expect([
        number,
        whatOf(events).filter((what) => ['delivered', 'cancelled', 'rejected'].includes(what ?? '')).length,
      ]).toEqual([number, 1]);
    }
    const count = (what: string) => whatOf(log).filter((each) => each === what).length;
    expect([count('delivered'), count('cancelled'), count('rated'), count('refused-in-part')]).toEqual([15, 5, 5, 5]);
  });

  test('the customers have every event of their order', async () => {
    for (const [order, listeners] of customers)
      for (const listener of listeners) {
        await listener.ended(); // with 204: until then it comes back
        const later = listenToOrder(order, { lastId: listener.lastId ?? '' }); // a rating comes behind the end
        await later.ended();
        expect([...listener.events, ...later.events]).toEqual(of(log, order));
      }
  });

  test('the operator has every event of all orders, in the order of their positions', async () => {
    await operator.received(log.length);
    expect(operator.events).toEqual(log);
  });

  test('each restaurant has what it may see of its orders', async () => {
    for (const [place, { id }] of kitchens.entries()) {
      const expected = log.filter(({ type, data }) => {
        if (type === 'food-delivery.order.placed.v1' || ('restaurant_id' in data && data.restaurant_id !== id))
          return false;
        return restaurantsOf(data.order_id).includes(id);
      });
      expect(expected.length).toBeGreaterThan(0);
      await hasExactly(
        restaurants[place] as Listener,
        expected.map((event) => without(event, 'total', 'agent_rating')),
      );
    }
  });
  const restaurantsOf = (orderId: string): string[] =>
    log.flatMap(({ data }) => (data.order_id === orderId && 'restaurant_ids' in data ? data.restaurant_ids : []));

  test('each courier has what concerns the own jobs', async () => {
    const beforeTheJob = ['placed', 'priced', 'secured', 'refused-in-part', 'confirmed', 'agent-searched'];
    for (const [place, id] of agents.entries()) {
      const expected = log.filter((event) => {
        if (beforeTheJob.includes(whatOf([event])[0] ?? '')) return false;
        const named = 'agent' in event.data ? event.data.agent?.agent_id : undefined;
        return (named ?? lastAgentOf.get(event.data.order_id)) === id;
      });
      await hasExactly(
        couriers[place] as Listener,
        expected.map((event) => without(event, 'order_rating')),
      );
    }
    expect(couriers.some(({ events }) => events.length > 0)).toBe(true);
  });
});

describe('with every worker down', () => {
  const workers = ['worker-order', 'worker-restaurant', 'worker-delivery'] as const;

  test('an open stream stays open, a new one tells what is known, and both go on', async () => {
    const order = await placed();
    const early = listenToOrder(order);
    await early.received(3);
    await system.stop(...workers);
    const late = listenToOrder(order);
    expect(whatOf(await late.received(3))).toEqual(['placed', 'priced', 'secured']);
    expect((await once.decide(order, 'CONFIRMED')).status).toBe(503);
    expect([early, late].map(({ isOpen, endReason }) => [isOpen, endReason])).toEqual([
      [true, undefined],
      [true, undefined],
    ]);
    await system.start(...workers);
    await decide(order, 'CONFIRMED');
    for (const listener of [early, late]) expect(whatOf(await listener.received(4))[3]).toBe('confirmed');
  });
});

describe('with the order worker down', () => {
  test('the stream of an order that is held opens, to its customer alone, and begins once the worker is back', async () => {
    const kitchen = await addKitchen();
    await system.stop('worker-order');
    const { order } = await placeHeld(kitchen);
    const customer = listenToOrder(order);
    await isListening(customer);
    const stranger = listenToOrder({ ...order, user_id: randomUUID() });
    await stranger.ended();
    expect(stranger.status).toBe(404);
    await system.start('worker-order');
    expect(whatOf(await customer.received(3))).toEqual(['placed', 'priced', 'secured']);
  });
});

describe('with two processes of a service', () => {
  test('a stream that one of them ends because it drains goes on at the other one', async () => {
    const order = await placed();
    const second = await startProcess('api/user', { id: randomUUID() });
    const addresses = [second.address];
    const listener = listenToOrder(order, { urlOf: () => addresses.shift() ?? urlOf('user') });
    await listener.received(3);
    expect(await second.drain()).toBe(0);
    await until('it is told why', () => listener.endReason === 'draining');
    expect((await cancel(order)).status).toBe(200);
    await listener.ended();
    expect(listener.endReason).toBe('over');
    expect(listener.connections).toBeGreaterThan(1);
    const ids = listener.events.map(({ id }) => id);
    expect(ids).toEqual(ids.map((_id, place) => `${order.order_id}:${place + 1}`));
    expect(whatOf(listener.events).at(-1)).toBe('cancelled');
  });

  test('an order’s events reach the streams of both', async () => {
    const second = await startProcess('api/user', { id: randomUUID() });
    const order = await placed();
    const listeners = [listenToOrder(order), listenToOrder(order, { urlOf: () => second.address })];
    await Promise.all(listeners.map((listener) => listener.received(3)));
    await decide(order, 'CONFIRMED');
    for (const listener of listeners) expect(whatOf(await listener.received(4))[3]).toBe('confirmed');
    listeners.forEach((listener) => listener.close());
    expect(await second.drain()).toBe(0);
  });
});
