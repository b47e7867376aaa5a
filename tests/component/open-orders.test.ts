/** How many open orders a customer may have, counted in the customers' real database. */
import { randomUUID } from 'node:crypto';
import { createLog } from '../../lib/logging/log';
import { openDatabase, type Database } from '../../prisma/user/client';
import { recordOrder, recordProgress } from '../../prisma/user/orders';
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

const anOrder = (user_id: string) => ({ order_id: randomUUID(), user_id, placed_at: new Date().toISOString() });
const record = (order: ReturnType<typeof anOrder>, maxOpenOrders?: number) =>
  recordOrder(db, { order, bodyHash: 'hash', maxOpenOrders });
const openOrders = (userId: string) =>
  db.userOrder.count({ where: { userId, status: { not: 'CANCELLED' }, delivered: false } });

test('of many placed at once exactly as many are recorded as there is room for', async () => {
  const user = randomUUID();
  const placed = await Promise.all(Array.from({ length: 12 }, () => record(anOrder(user), 5)));
  expect(placed.filter((each) => each === null)).toHaveLength(7);
  expect(await openOrders(user)).toBe(5);
});

test('one that is recorded stays so when its placement comes again', async () => {
  const user = randomUUID();
  const order = anOrder(user);
  await record(order, 1);
  await record(anOrder(user));
  expect(await record(order, 1)).toMatchObject({ status: 'PENDING', bodyHash: 'hash' });
  expect(await record(anOrder(user), 1)).toBeNull();
});

test.each([
  ['delivered', { status: 'CONFIRMED', delivered: true }],
  ['cancelled', { status: 'CANCELLED', delivered: false }],
] as const)('one that is %s makes room', async (_how, progress) => {
  const user = randomUUID();
  const order = anOrder(user);
  await record(order, 1);
  expect(await record(anOrder(user), 1)).toBeNull();
  await recordProgress(db, { ...order, ...progress, total: '1.00', reason: null });
  expect(await record(anOrder(user), 1)).not.toBeNull();
});

test("others' orders take no room, and without a limit there is always room", async () => {
  const [user, other] = [randomUUID(), randomUUID()];
  await record(anOrder(other), 1);
  expect(await record(anOrder(user), 1)).not.toBeNull();
  for (let i = 0; i < 3; i += 1) expect(await record(anOrder(user))).not.toBeNull();
});
