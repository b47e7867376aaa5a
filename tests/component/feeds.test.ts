/** The feeds of restaurants and couriers, on real databases and a real broker: each event that concerns them, in order and once. */
import { randomUUID } from 'node:crypto';
import { cloudEvent, orderEvent, type OrderEvent } from '../../contracts/events';
import { deadQueue, eventsExchange, queues } from '../../contracts/names';
import { logged, type LogEntry } from '../../contracts/order-log';
import { openPlatformBroker, type Broker } from '../../lib/broker/broker';
import { toExchange } from '../../lib/broker/message';
import { createLog } from '../../lib/logging/log';
import * as delivery from '../../prisma/delivery/client';
import { appendToFeeds, feedBounds, pruneBatch, pruneFeeds, readFeed } from '../../prisma/feeds';
import * as restaurant from '../../prisma/restaurant/client';
import { query } from '../../tools/platform/system';
import { assignAgent } from '../../workers/delivery/assign-agent';
import { changeDelivery } from '../../workers/delivery/change-delivery';
import { feedEvents as feedCouriers } from '../../workers/delivery/feed-events';
import { feedEvents as feedRestaurants } from '../../workers/restaurant/feed-events';
import { placeOrder } from '../../workers/restaurant/place-order';
import { startPruning } from '../../workers/prune-feeds';
import { withAgents } from '../fixtures/delivery';
import { aGate } from '../fixtures/gate';
import { isolatedBroker, isolatedDatabase, manage, readManagement, type Isolated } from '../fixtures/isolation';
import { anOutsider } from '../fixtures/outsider';
import { anOrderOf, aPart, withRestaurant, type Kitchen } from '../fixtures/restaurant';
import { until } from '../fixtures/until';

const log = createLog('test', 'silent');
const at = '2026-12-01T12:00:00.000Z';

let databases: Record<'restaurant' | 'delivery', Isolated>;
let vhost: Isolated;
let kitchens: restaurant.Database;
let couriers: delivery.Database;
let publisher: Broker;
const processes: Broker[] = [];

beforeAll(async () => {
  const [ofRestaurant, ofDelivery, broker] = await Promise.all([
    isolatedDatabase('restaurant'),
    isolatedDatabase('delivery'),
    isolatedBroker(),
  ]);
  databases = { restaurant: ofRestaurant, delivery: ofDelivery };
  vhost = broker;
  kitchens = restaurant.openDatabase(ofRestaurant.url, 10, log);
  couriers = delivery.openDatabase(ofDelivery.url, 10, log);
  publisher = await openPlatformBroker({ url: vhost.url, name: 'publisher', log });
});
afterEach(() => closeProcesses());
afterAll(async () => {
  await publisher.close();
  await Promise.all([kitchens.$disconnect(), couriers.$disconnect()]);
  await Promise.all([...Object.values(databases), vhost].map((each) => each.drop()));
});

/** A process with the consumers of both services. */
async function aProcess({ restaurants = feedRestaurants(kitchens) } = {}): Promise<Broker> {
  const broker = await openPlatformBroker({ url: vhost.url, name: 'consumer', log });
  processes.push(broker);
  await broker.consumeInOrder({ queue: queues.restaurantEvents, schema: orderEvent, handle: restaurants });
  await broker.consumeInOrder({ queue: queues.deliveryEvents, schema: orderEvent, handle: feedCouriers(couriers) });
  return broker;
}
const closeProcesses = () => Promise.all(processes.splice(0).map((broker) => broker.close()));

const eventsOf = (orderId: string, ...entries: LogEntry[]): OrderEvent[] =>
  entries.map(({ type, at: time, data }, place) =>
    cloudEvent({ orderId, n: place + 1, type, at: new Date(time), data }),
  );
async function publish(...events: OrderEvent[]): Promise<void> {
  for (const event of events)
    await publisher.publish(toExchange(eventsExchange, event.type), event, { messageId: event.id, mandatory: false });
}
const shortType = ({ type }: OrderEvent): string => type.split('.')[2] ?? '';

type FeedDatabase = Parameters<typeof readFeed>[0];
const feedOf = (db: FeedDatabase, feed: string) => readFeed(db, feed, 0n, 100_000);
const eventsIn = async (db: FeedDatabase, feed: string) => (await feedOf(db, feed)).map(({ event }) => event);
const typesIn = async (db: FeedDatabase, feed: string) => (await eventsIn(db, feed)).map(shortType);
const has = (db: FeedDatabase, feed: string, id: string) =>
  until(`the event ${id}`, async () => (await eventsIn(db, feed)).some((event) => event.id === id));
const upTo = (last: number) => Array.from({ length: last }, (_, place) => BigInt(place + 1));

/** Stores an order with a part for each restaurant. */
async function placed(...parts: Kitchen[]): Promise<string> {
  const order = anOrderOf(...parts.map((kitchen) => aPart(kitchen, 1)));
  await placeOrder(kitchens)(order);
  return order.order_id;
}
const assign = (order_id: string) => assignAgent({ db: couriers, notifyOrders: async () => undefined })({ order_id });
const decline = (order_id: string, agent_id: string) =>
  changeDelivery({ db: couriers, notifyOrders: async () => undefined })({ order_id, status: 'DECLINED', agent_id });
const asha = { agent_id: randomUUID(), agent_name: 'Asha' };
const steps = (count: number): LogEntry[] =>
  Array.from({ length: count }, () => logged.agentAssigned(at, { agent_id: randomUUID() }));

test('each restaurant with a part receives its order’s events, and none that concern only the other one', async () => {
  const [soups, stews, other] = [
    await withRestaurant(kitchens),
    await withRestaurant(kitchens),
    await withRestaurant(kitchens),
  ];
  const order = await placed(soups, stews);
  await aProcess();
  await publish(
    ...eventsOf(
      order,
      logged.placed(at, [soups.id, stews.id]),
      ...logged.priced(at, '9.00'),
      logged.refusedInPart(at, 'PENDING', stews.id, 'no stew left'),
      logged.confirmed(at, '4.50'),
      logged.agentAssigned(at, asha),
      logged.pickedUp(at, asha),
      logged.delivered(at, asha),
      logged.rated(at, 5, 2),
    ),
  );
  await has(kitchens, soups.id, `${order}:9`);
  await has(kitchens, stews.id, `${order}:9`);

  const rest = ['confirmed', 'agent-assigned', 'picked-up', 'delivered', 'rated'];
  expect(await typesIn(kitchens, soups.id)).toEqual(['priced', 'secured', ...rest]);
  expect(await typesIn(kitchens, stews.id)).toEqual(['priced', 'secured', 'refused-in-part', ...rest]);
  expect(await feedBounds(kitchens, other.id)).toEqual({ pruned: 0n, position: 0n });
  const events = await eventsIn(kitchens, soups.id);
  for (const { data } of events) expect(data).not.toHaveProperty('total');
  expect(events.at(-1)?.data).toEqual({ order_id: order, status: 'CONFIRMED', delivery: 'DELIVERED', order_rating: 5 });
  expect((await feedOf(kitchens, soups.id)).map(({ position }) => position)).toEqual(upTo(7));
});

test('a courier is told of its own jobs only', async () => {
  const [first = '', second = ''] = await withAgents(couriers, 'Asha', 'Ben');
  const declined = randomUUID();
  await assign(declined);
  await decline(declined, first);
  const [a, b] = [first, second].map((agent_id) => ({ agent_id })) as [{ agent_id: string }, { agent_id: string }];
  const steps = eventsOf(
    declined,
    logged.placed(at, []),
    logged.confirmed(at, '9.00'),
    logged.agentSearched(at, 0),
    logged.agentAssigned(at, a),
    logged.handedBack(at, a, 'flat tyre'),
    logged.agentAssigned(at, b),
    logged.pickedUp(at, b),
    logged.late(at, b),
    logged.delivered(at, b),
    logged.rated(at, 5, 2),
  );
  await assign(declined);
  const cancelled = randomUUID();
  await assign(cancelled); // Asha, who is free again
  const waiting = randomUUID();
  await assign(waiting); // nobody is free
  const end = logged.cancelled(at, true, 'too late', 'customer');
  await aProcess();
  await publish(...steps, ...eventsOf(waiting, end), ...eventsOf(cancelled, logged.agentAssigned(at, a), end));
  await has(couriers, first, `${cancelled}:2`);
  await has(couriers, second, `${declined}:10`);

  const idsIn = async (feed: string) => (await eventsIn(couriers, feed)).map((event) => [event.id, shortType(event)]);
  expect(await idsIn(first)).toEqual([
    [`${declined}:4`, 'agent-assigned'],
    [`${declined}:5`, 'handed-back'],
    [`${cancelled}:1`, 'agent-assigned'],
    [`${cancelled}:2`, 'cancelled'],
  ]);
  expect(await idsIn(second)).toEqual([
    [`${declined}:6`, 'agent-assigned'],
    [`${declined}:7`, 'picked-up'],
    [`${declined}:8`, 'late'],
    [`${declined}:9`, 'delivered'],
    [`${declined}:10`, 'rated'],
  ]);
  expect((await eventsIn(couriers, second)).at(-1)?.data).toMatchObject({ agent_rating: 2 });
  expect((await eventsIn(couriers, second)).at(-1)?.data).not.toHaveProperty('order_rating');
});

test('what is published again is not told again', async () => {
  const kitchen = await withRestaurant(kitchens);
  const order = await placed(kitchen);
  const events = eventsOf(order, ...steps(10));
  await aProcess();
  await publish(...events.slice(0, 6), ...events.slice(2, 8), ...events.flatMap((event) => [event, event]));
  await has(kitchens, kitchen.id, `${order}:10`);
  await publish(...events, ...eventsOf(order, ...steps(11)).slice(-1));
  await has(kitchens, kitchen.id, `${order}:11`);
  expect(await feedOf(kitchens, kitchen.id)).toMatchObject(
    upTo(11).map((position) => ({ position, event: { id: `${order}:${position}` } })),
  );
});

test('a second process takes over where the first one stops, also before it has acknowledged what it stored', async () => {
  const kitchen = await withRestaurant(kitchens);
  const order = await placed(kitchen);
  let handled = 0;
  const first = await aProcess({
    async restaurants(events) {
      await feedRestaurants(kitchens)(events);
      handled += events.length;
      throw new Error('stored, but not acknowledged');
    },
  });
  await publish(...eventsOf(order, ...steps(20)));
  await until('the first attempt', () => handled > 0);
  await aProcess();
  await first.close();
  await publish(...eventsOf(order, ...steps(25)).slice(20));
  await has(kitchens, kitchen.id, `${order}:25`);
  const ids = (await eventsIn(kitchens, kitchen.id)).map(({ id }) => id);
  expect(ids).toEqual(upTo(25).map((n) => `${order}:${n}`));
});

test('a connection that breaks while events are handled loses none, and none overtakes another', async () => {
  const kitchen = await withRestaurant(kitchens);
  const order = await placed(kitchen);
  const [begun, goOn] = [aGate(), aGate()];
  await aProcess({
    async restaurants(events) {
      begun.open();
      await goOn.promise;
      await feedRestaurants(kitchens)(events);
    },
  });
  await publish(...eventsOf(order, ...steps(20)));
  await begun.promise;
  const connections = `vhosts/${new URL(vhost.url).pathname.slice(1)}/connections`;
  interface Connection {
    name: string;
    client_properties: { connection_name?: string };
  }
  const { name } = await until('the connection', async () =>
    (await readManagement<Connection[]>(connections)).find(
      ({ client_properties: { connection_name } }) => connection_name === 'consumer consumes',
    ),
  );
  await manage('DELETE', `connections/${encodeURIComponent(name)}`);
  await publish(...eventsOf(order, ...steps(30)).slice(20));
  goOn.open();
  await has(kitchens, kitchen.id, `${order}:30`);
  const ids = (await eventsIn(kitchens, kitchen.id)).map(({ id }) => id);
  expect(ids).toEqual(upTo(30).map((n) => `${order}:${n}`));
});

test('while the database is away events wait; then all come, in order', async () => {
  const kitchen = await withRestaurant(kitchens);
  const order = await placed(kitchen);
  let failures = 0;
  await aProcess({
    restaurants: (events) =>
      feedRestaurants(kitchens)(events).catch((error: unknown) => {
        failures++;
        throw error;
      }),
  });
  const admin = process.env.POSTGRES_ADMIN_URL ?? '';
  const name = new URL(databases.restaurant.url).pathname.slice(1);
  const connections = (allowed: boolean) => query(admin, `ALTER DATABASE "${name}" ALLOW_CONNECTIONS ${allowed}`);
  await connections(false);
  try {
    await query(admin, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    await publish(...eventsOf(order, ...steps(20)));
    await until('some attempts', () => failures > 2);
  } finally {
    await connections(true);
  }
  await publish(...eventsOf(order, ...steps(30)).slice(20));
  await has(kitchens, kitchen.id, `${order}:30`);
  const ids = (await eventsIn(kitchens, kitchen.id)).map(({ id }) => id);
  expect(ids).toEqual(upTo(30).map((n) => `${order}:${n}`));
});

test.each(['\0', '\ud800'])('an event that no database holds (%j) keeps none waiting', async (reason) => {
  const kitchen = await withRestaurant(kitchens);
  const order = await placed(kitchen);
  const outsider = await anOutsider(vhost.url);
  await aProcess();
  await publish(...eventsOf(order, logged.cancelled(at, false, reason, null), logged.confirmed(at, null)));
  await has(kitchens, kitchen.id, `${order}:2`);
  for (const queue of [queues.restaurantEvents, queues.deliveryEvents])
    expect((await outsider.next(deadQueue(queue))).headers['x-reason']).toMatch(/data.reason: cannot be stored/);
  await outsider.close();
});

describe('a feed', () => {
  const anEvent = () => eventsOf(randomUUID(), logged.confirmed(at, null))[0] as OrderEvent;

  test('gives each position once, and leaves none out, under many appends at once', async () => {
    const feeds = Array.from({ length: 5 }, () => randomUUID());
    const shared = anEvent();
    const append = (place: number) => {
      const order = place % 2 ? feeds : [...feeds].reverse();
      const event = anEvent();
      return appendToFeeds(
        kitchens,
        [shared, event, shared].flatMap((each) => order.map((feed) => ({ feed, event: each }))),
      );
    };
    await Promise.all(Array.from({ length: 40 }, (_, place) => append(place)));
    for (const feed of feeds) {
      const items = await feedOf(kitchens, feed);
      expect(items.map(({ position }) => position)).toEqual(upTo(41));
      expect(new Set(items.map(({ event }) => event.id)).size).toBe(41);
      expect(await feedBounds(kitchens, feed)).toEqual({ pruned: 0n, position: 41n });
    }
  });

  test('is read behind a position, up to a limit', async () => {
    const [feed, other] = [randomUUID(), randomUUID()];
    const events = Array.from({ length: 5 }, anEvent);
    await appendToFeeds(
      kitchens,
      events.map((event) => ({ feed, event })),
    );
    await appendToFeeds(kitchens, [{ feed: other, event: anEvent() }]);
    expect(await readFeed(kitchens, feed, 2n, 2)).toEqual([
      { position: 3n, event: events[2] },
      { position: 4n, event: events[3] },
    ]);
    expect(await readFeed(kitchens, feed, 5n, 2)).toEqual([]);
  });

  test('that is pruned says from where it is complete, and goes on counting', async () => {
    const [feed, other] = [randomUUID(), randomUUID()];
    const append = (...events: OrderEvent[]) =>
      appendToFeeds(
        couriers,
        events.map((event) => ({ feed, event })),
      );
    await append(anEvent(), anEvent(), anEvent());
    await appendToFeeds(couriers, [{ feed: other, event: anEvent() }]);
    const [{ now } = { now: new Date() }] = await couriers.$queryRaw<[{ now: Date }]>`
      UPDATE "FeedEvent" SET created_at = now() - interval '1 hour' WHERE feed_id = ${feed}::uuid AND position < 3 RETURNING now()`;
    const age = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
    expect(await pruneFeeds(couriers, age(61))).toBe(0);
    expect(await feedBounds(couriers, feed)).toEqual({ pruned: 0n, position: 3n });
    expect(await pruneFeeds(couriers, age(59))).toBe(2);
    expect(await feedBounds(couriers, feed)).toEqual({ pruned: 2n, position: 3n });
    expect((await feedOf(couriers, feed)).map(({ position }) => position)).toEqual([3n]);
    expect(await feedBounds(couriers, other)).toEqual({ pruned: 0n, position: 1n });

    await pruneFeeds(couriers, new Date(now.getTime() + 3_600_000));
    await append(anEvent());
    expect(await feedBounds(couriers, feed)).toEqual({ pruned: 3n, position: 4n });
    expect((await feedOf(couriers, feed)).map(({ position }) => position)).toEqual([4n]);
  });

  test('is pruned by its age in the background, in as many batches as it takes', async () => {
    const [feed, young] = [randomUUID(), randomUUID()];
    const days = (feed: string, count: number, age: string) => couriers.$executeRaw`
      WITH feed AS (INSERT INTO "Feed" (id, position) VALUES (${feed}::uuid, ${count}))
      INSERT INTO "FeedEvent" (feed_id, position, event_id, event, created_at)
      SELECT ${feed}::uuid, n, n::text, '{}', now() - ${age}::interval FROM generate_series(1, ${count}) AS n`;
    await days(feed, 2 * pruneBatch + 1, '73 hours');
    await days(young, 2, '71 hours');
    const pruning = startPruning({ db: couriers, log, FEED_DAYS: 3 });
    const last = BigInt(2 * pruneBatch + 1);
    await until('the end', async () => (await feedBounds(couriers, feed)).pruned === last);
    await pruning.close();
    expect(await feedOf(couriers, feed)).toEqual([]);
    expect(await feedOf(couriers, young)).toHaveLength(2);
  });

  test('is appended to and pruned at once, and neither waits for the other in a circle', async () => {
    const feeds = Array.from({ length: 400 }, () => randomUUID());
    const append = async () => {
      const event = anEvent();
      await appendToFeeds(
        couriers,
        feeds.map((feed) => ({ feed, event })),
      );
    };
    const prune = () => pruneFeeds(couriers, new Date(Date.now() + 3_600_000));
    await append();
    await Promise.all(Array.from({ length: 40 }, () => [append(), prune()]).flat());
    for (const feed of feeds) expect(await feedBounds(couriers, feed)).toMatchObject({ position: 41n });
  });
});
