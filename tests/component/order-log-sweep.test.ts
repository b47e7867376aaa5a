/** Logs that lack what their records say are completed by these, once, on a real database. */
import { randomUUID } from 'node:crypto';
import { logged, type LogEntry } from '../../contracts/order-log';
import { createLog } from '../../lib/logging/log';
import { openDatabase, type Database } from '../../prisma/user/client';
import { completeLogs, sweepBatch } from '../../prisma/user/order-log-sweep';
import { takeToPublish } from '../../prisma/user/order-events';
import { recordOrder, recordProgress } from '../../prisma/user/orders';
import { storeRating } from '../../prisma/user/ratings';
import { startSweep } from '../../workers/order/sweep';
import { isolatedDatabase, type Isolated } from '../fixtures/isolation';
import { anOldPlatform } from '../fixtures/old-platform';
import { until } from '../fixtures/until';
import { aNewPlatform, bring } from './fixtures/imports';

const log = createLog('test', 'silent');
const now = Date.now();
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000);

let database: Isolated;
let db: Database;
beforeAll(async () => {
  database = await isolatedDatabase('user');
  db = openDatabase(database.url, 10, log);
});
beforeEach(async () => {
  await db.userRating.deleteMany();
  await db.userOrder.deleteMany();
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

/** A record as an older build or the import writes it. */
async function aRecord(data: Partial<Parameters<Database['userOrder']['create']>[0]['data']> = {}): Promise<string> {
  const orderId = randomUUID();
  const record = { userId: randomUUID(), placedAt: minutesAgo(60), updatedAt: minutesAgo(30), ...data };
  await db.userOrder.create({ data: { orderId, ...record } });
  return orderId;
}
/** Moves the record as a build without logs. */
const moveWithoutLog = (orderId: string, data: Parameters<Database['userOrder']['update']>[0]['data']) =>
  db.userOrder.update({ where: { orderId }, data: { updatedAt: minutesAgo(30), ...data } });
const makeOlder = (orderId: string) => moveWithoutLog(orderId, {});
const rate = async (orderId: string) => {
  const { id: userOrderId } = await db.userOrder.findUniqueOrThrow({ where: { orderId } });
  const createdAt = minutesAgo(20);
  await db.userRating.create({ data: { id: randomUUID(), userOrderId, orderRating: 5, agentRating: 2.5, createdAt } });
};
const eventsOf = (orderId: string) => db.orderEvent.findMany({ where: { orderId }, orderBy: { n: 'asc' } });
const logOf = async (orderId: string) => (await eventsOf(orderId)).map(({ n, key }) => `${n} ${key}`);
async function sweep(): Promise<number> {
  const completed = await completeLogs(db);
  expect(await completeLogs(db)).toBe(0);
  return completed;
}

test.each<[string, Parameters<typeof aRecord>[0], string[]]>([
  ['pending', {}, ['placed']],
  ['priced', { total: '9.00' }, ['placed', 'priced', 'secured']],
  ['confirmed', { status: 'CONFIRMED', total: '9.00' }, ['placed', 'priced', 'secured', 'confirmed']],
  ['confirmed without a total', { status: 'CONFIRMED' }, ['placed', 'confirmed']],
  [
    'delivered',
    { status: 'CONFIRMED', total: '9.00', delivered: true },
    ['placed', 'priced', 'secured', 'confirmed', 'delivered'],
  ],
  ['cancelled', { status: 'CANCELLED', reason: 'too late' }, ['placed', 'cancelled']],
  [
    'cancelled with a total',
    { status: 'CANCELLED', total: '9.00', reason: 'too late' },
    ['placed', 'priced', 'secured', 'cancelled'],
  ],
])('an order without events: %s', async (_, record, keys) => {
  const order = await aRecord(record);
  expect(await sweep()).toBe(1);
  expect(await logOf(order)).toEqual(keys.map((key, place) => `${place + 1} ${key}`));
});

test('derived events have the facts and times of the record, which stays as it is', async () => {
  const order = await aRecord({ status: 'CONFIRMED', total: '9.00', delivered: true });
  await rate(order);
  const before = await db.userOrder.findUnique({ where: { orderId: order } });
  await sweep();
  expect(await db.userOrder.findUnique({ where: { orderId: order } })).toEqual({ ...before, logged: 3 });
  const [placed, priced, , , delivered, rated] = await eventsOf(order);
  expect(placed).toMatchObject({ at: minutesAgo(60), data: { status: 'PENDING', restaurant_ids: [] } });
  expect(priced).toMatchObject({ at: minutesAgo(60), data: { total: '9.00' } });
  expect(delivered).toMatchObject({ at: minutesAgo(30), data: { delivery: 'DELIVERED', agent: null } });
  expect(rated).toMatchObject({ at: minutesAgo(20), data: { order_rating: 5, agent_rating: 2.5 } });
});

describe('an order whose log has begun', () => {
  const order = () => ({ order_id: randomUUID(), user_id: randomUUID(), placed_at: minutesAgo(60).toISOString() });
  const at = minutesAgo(50).toISOString();
  const asha = { agent_id: randomUUID(), agent_name: 'Asha' };
  const confirmed = [logged.placed(at, []), ...logged.priced(at, '9.00'), logged.confirmed(at, '9.00')];
  const withAgent = [...confirmed, logged.agentAssigned(at, asha)];
  const progress = async (log: LogEntry[], more: Partial<Parameters<typeof recordProgress>[1]> = {}) => {
    const of = order();
    await recordProgress(db, {
      ...of,
      status: 'CONFIRMED',
      delivered: false,
      total: '9.00',
      reason: null,
      log,
      ...more,
    });
    await makeOlder(of.order_id);
    return of.order_id;
  };

  test('and is complete is left alone', async () => {
    await progress(withAgent);
    await progress([...withAgent, logged.delivered(at, asha)], { delivered: true });
    await progress([...confirmed, logged.cancelled(at, false, null, null)], { status: 'CANCELLED' });
    await progress([logged.placed(at, []), logged.rejected(at, 'closed')], { status: 'CANCELLED', total: null });
    const placed = order();
    await recordOrder(db, { order: placed, bodyHash: 'hash', log: [logged.placed(at, [])] });
    await makeOlder(placed.order_id);
    expect(await sweep()).toBe(0);
  });

  test.each([
    ['delivered', { delivered: true }],
    ['cancelled', { status: 'CANCELLED' }],
  ] as const)('gets only the end that it lacks: %s', async (key, end) => {
    const id = await progress(withAgent);
    await moveWithoutLog(id, end);
    expect(await sweep()).toBe(1);
    expect((await logOf(id)).slice(withAgent.length)).toEqual([`6 ${key}`]);
  });

  test('is not told of an earlier step behind a later one', async () => {
    const id = await progress([logged.placed(at, []), logged.cancelled(at, false, null, null)], {
      status: 'CANCELLED',
    });
    await moveWithoutLog(id, { logged: 0, total: '9.00' });
    expect(await sweep()).toBe(1);
    expect(await logOf(id)).toEqual(['1 placed', '2 cancelled']);
  });

  test('gets the same entries from its workflow later, and so none twice', async () => {
    const id = await aRecord({ status: 'CONFIRMED', total: '9.00' });
    await sweep();
    const { userId: user_id } = await db.userOrder.findUniqueOrThrow({ where: { orderId: id } });
    const record = { order_id: id, user_id, placed_at: at, status: 'CONFIRMED', total: '9.00', reason: null } as const;
    await recordProgress(db, { ...record, delivered: true, log: [...withAgent, logged.delivered(at, asha)] });
    expect(await logOf(id)).toEqual([
      '1 placed',
      '2 priced',
      '3 secured',
      '4 confirmed',
      `5 agent-assigned:${asha.agent_id}`,
      '6 delivered',
    ]);
  });

  test('gets a rating that it lacks, and none that it has', async () => {
    const delivered = [...withAgent, logged.delivered(at, asha)];
    const [lacking, complete] = [
      await progress(delivered, { delivered: true }),
      await progress(delivered, { delivered: true }),
    ];
    await rate(lacking);
    const { userId: user_id } = await db.userOrder.findUniqueOrThrow({ where: { orderId: complete } });
    const rating = { rating_id: randomUUID(), order_id: complete, user_id, order_rating: 5, agent_rating: 2.5 };
    await storeRating(db, rating);
    await db.userRating.update({ where: { id: rating.rating_id }, data: { createdAt: minutesAgo(20) } });
    expect(await sweep()).toBe(1);
    expect((await logOf(lacking)).slice(-2)).toEqual(['6 delivered', '7 rated']);
    expect((await logOf(complete)).slice(-2)).toEqual(['6 delivered', '7 rated']);
  });
});

test('a record that was just moved is left to its workflow, and one that is locked to the next time', async () => {
  await aRecord({ updatedAt: minutesAgo(4) });
  const locked = await aRecord();
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT FROM "userOrder" WHERE order_id = ${locked}::uuid FOR UPDATE`;
    expect(await completeLogs(db)).toBe(0);
  });
  expect(await sweep()).toBe(1);
  expect(await logOf(locked)).toEqual(['1 placed']);
});

test('what happened more than a day ago is only logged, the rest is published', async () => {
  const order = await aRecord({ placedAt: minutesAgo(25 * 60), status: 'CANCELLED', total: '9.00' });
  await sweep();
  const published = await takeToPublish(db, randomUUID(), 0n);
  expect(published.map(({ n, type }) => ({ n, type }))).toEqual([{ n: 4, type: 'cancelled' }]);
  expect(await logOf(order)).toEqual(['1 placed', '2 priced', '3 secured', '4 cancelled']);
});

test('imported orders get their logs', async () => {
  const [old, ours] = [await anOldPlatform(), await aNewPlatform()];
  const imported = openDatabase(ours.databases.user.url, 5, log);
  const kitchen = await old.addRestaurant();
  const agent = await old.addAgent('AVAILABLE');
  const { order_id } = await old.addOrder(kitchen, { delivery: 'DELIVERED', agent, rated: [4, 5] });
  const { order_id: open } = await old.addOrder(kitchen, { group: 'PENDING' });
  await bring(old, ours);
  expect(await completeLogs(imported)).toBe(2);
  await bring(old, ours);
  expect(await completeLogs(imported)).toBe(0);
  const typesOf = async (orderId: string) =>
    (await imported.orderEvent.findMany({ where: { orderId }, orderBy: { n: 'asc' } })).map(({ type }) => type);
  expect(await typesOf(order_id)).toEqual(['placed', 'priced', 'secured', 'confirmed', 'delivered', 'rated']);
  expect(await typesOf(open)).toEqual(['placed', 'priced', 'secured']);
  await imported.$disconnect();
  await Promise.all([old.drop(), ours.drop()]);
});

test('two processes complete more than a batch, each order once', async () => {
  const count = 3 * sweepBatch;
  await db.$executeRaw`
    INSERT INTO "userOrder" (order_id, user_id, placed_at, status, delivered, total, updated_at)
    SELECT gen_random_uuid(), gen_random_uuid(), now() - interval '1 hour', 'CONFIRMED', true, 9, now() - interval '1 hour'
    FROM generate_series(1, ${count})`;
  const sweeps = [startSweep({ db, log }), startSweep({ db, log })];
  await until('all logs', async () => (await db.orderEvent.count({ where: { type: 'delivered' } })) === count);
  await Promise.all(sweeps.map((each) => each.close()));
  expect(await db.orderEvent.count()).toBe(5 * count);
});
