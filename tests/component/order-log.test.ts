/** The log of an order in the customers' real database: numbered without gaps, whoever appends, however often. */
import { randomUUID } from 'node:crypto';
import { logged, type LogEntry } from '../../contracts/order-log';
import { createLog } from '../../lib/logging/log';
import { openDatabase, type Database } from '../../prisma/user/client';
import { appendEvents } from '../../prisma/user/order-events';
import { recordOrder, recordProgress } from '../../prisma/user/orders';
import { storeRating } from '../../prisma/user/ratings';
import { isolatedDatabase, type Isolated } from '../fixtures/isolation';

let database: Isolated;
let db: Database;
beforeAll(async () => {
  database = await isolatedDatabase('user');
  db = openDatabase(database.url, 10, createLog('test', 'silent'));
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const at = '2026-12-01T12:00:00.000Z';
const asha = { agent_id: randomUUID(), agent_name: 'Asha' };
const anOrder = () => ({ order_id: randomUUID(), user_id: randomUUID(), placed_at: at });
const eventsOf = (orderId: string) => db.orderEvent.findMany({ where: { orderId }, orderBy: { n: 'asc' } });
const logOf = async (orderId: string) => (await eventsOf(orderId)).map(({ n, key }) => `${n} ${key}`);
const placed = [logged.placed(at, [randomUUID()])];
const confirmed = [...placed, ...logged.priced(at, '12.50'), logged.confirmed(at, '12.50')];
const delivered = [...confirmed, logged.agentAssigned(at, asha), logged.pickedUp(at, asha), logged.delivered(at, asha)];
const progress = (order: ReturnType<typeof anOrder>, log: LogEntry[], more: object = {}) =>
  recordProgress(db, { ...order, status: 'CONFIRMED', delivered: false, total: '12.50', reason: null, log, ...more });

test('each step is appended once, numbered from 1, by whatever tells it first', async () => {
  const order = anOrder();
  await recordOrder(db, { order, bodyHash: 'hash', log: placed, maxOpenOrders: 20 });
  await appendEvents(db, order.order_id, confirmed.slice(0, 3));
  await progress(order, confirmed);
  await progress(order, [...confirmed, ...confirmed]); // a repeated task
  await progress(order, delivered, { delivered: true });
  expect(await logOf(order.order_id)).toEqual([
    '1 placed',
    '2 priced',
    '3 secured',
    '4 confirmed',
    `5 agent-assigned:${asha.agent_id}`,
    '6 picked-up',
    '7 delivered',
  ]);
  const [first] = await eventsOf(order.order_id);
  expect(first).toMatchObject({ type: 'placed', at: new Date(at), data: { status: 'PENDING', delivery: null } });
});

test('what was not appended in time is filled in by a later step, in order', async () => {
  const order = anOrder();
  await progress(order, delivered, { delivered: true });
  expect((await eventsOf(order.order_id)).map(({ type }) => type)).toEqual(delivered.map(({ type }) => type));
});

test('a record that has ended still gets what its log lacks, and keeps its state', async () => {
  const order = anOrder();
  await progress(order, confirmed, { delivered: true });
  await progress(order, delivered);
  expect(await logOf(order.order_id)).toHaveLength(delivered.length);
  expect(await db.userOrder.findUnique({ where: { orderId: order.order_id } })).toMatchObject({ delivered: true });
});

test('many who append at once give each number once, and leave none out', async () => {
  const order = anOrder();
  await recordOrder(db, { order, bodyHash: 'hash', log: placed });
  const agents = Array.from({ length: 30 }, () => ({ agent_id: randomUUID() }));
  const append = (agent: { agent_id: string }) =>
    appendEvents(db, order.order_id, [
      ...confirmed,
      logged.agentAssigned(at, agent),
      logged.handedBack(at, agent, null),
    ]);
  await Promise.all(agents.flatMap((agent) => [append(agent), append(agent), progress(order, confirmed)]));
  const events = await eventsOf(order.order_id);
  expect(events.map(({ n }) => n)).toEqual(Array.from({ length: 4 + 2 * agents.length }, (_, place) => place + 1));
  expect(new Set(events.map(({ key }) => key)).size).toBe(events.length);
});

test('a rating is in the log of its order, once', async () => {
  const order = anOrder();
  await progress(order, delivered, { delivered: true });
  const { order_id, user_id } = order;
  const rating = { rating_id: randomUUID(), order_id, user_id, order_rating: 5, agent_rating: 3.5 };
  await Promise.all([1, 2].map(() => storeRating(db, rating)));
  await storeRating(db, { ...rating, rating_id: randomUUID(), order_rating: 1 });
  const last = (await eventsOf(order.order_id)).at(-1);
  expect(last).toMatchObject({ n: 8, type: 'rated', data: { order_rating: 5, agent_rating: 3.5 } });
});

test('there is no log without a record', async () => {
  const orderId = randomUUID();
  await appendEvents(db, orderId, placed);
  expect(await logOf(orderId)).toEqual([]);
});
