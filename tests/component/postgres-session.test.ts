/** Our connections on a server whose defaults differ from PostgreSQL's own: those of the tests' server do (tools/test). */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { createLog } from '../../lib/logging/log';
import { checkSession, connectionTo } from '../../lib/postgres/session';
import * as delivery from '../../prisma/delivery/client';
import * as user from '../../prisma/user/client';
import { findOrder, recordOrder } from '../../prisma/user/orders';
import { isolatedDatabase, type Isolated } from '../fixtures/isolation';

const log = createLog('test', 'silent');
let database: Isolated;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function given(service: 'user' | 'delivery'): Promise<Isolated> {
  database = await isolatedDatabase(service);
  closing.push(() => database.drop());
  return database;
}

async function settings(options: ConstructorParameters<typeof Client>[0]) {
  const client = new Client(options);
  await client.connect();
  try {
    const { rows } = await client.query<{ zone: string; style: string; path: string; isolation: string; now: string }>(
      `SELECT current_setting('TimeZone') AS zone, current_setting('DateStyle') AS style, current_setting('search_path') AS path,
         current_setting('default_transaction_isolation') AS isolation, now()::text AS now`,
    );
    return rows[0];
  } finally {
    await client.end();
  }
}

const ours = { zone: 'UTC', style: 'ISO, MDY', path: 'public', isolation: 'read committed' };
const hostile = { zone: 'Asia/Kolkata', style: 'SQL, DMY', path: 'nowhere', isolation: 'serializable' };

test("a connection has our settings, whatever the server's are", async () => {
  const { url } = await given('user');
  expect(await settings({ connectionString: url })).toMatchObject(hostile);
  expect(await settings(connectionTo(url))).toMatchObject(ours);
  await expect(checkSession(url)).resolves.toBeUndefined();
});

test("our settings win over a database's, and over options in the URL", async () => {
  const { url } = await given('user');
  const admin = new Client(connectionTo(url));
  await admin.connect();
  await admin.query(`ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET timezone TO 'America/St_Johns'`);
  await admin.end();
  const withOptions = `${url}?options=${encodeURIComponent('-c TimeZone=Asia/Tokyo -c statement_timeout=12345')}`;
  expect(await settings(connectionTo(withOptions))).toMatchObject(ours);
});

test('times are stored and read as they were, and defaults are now', async () => {
  const users = user.openDatabase((await given('user')).url, 2, log);
  closing.push(() => users.$disconnect());
  const order = { order_id: randomUUID(), user_id: randomUUID(), placed_at: '2026-03-29T01:30:00.123Z' };
  await recordOrder(users, { order, bodyHash: 'hash' });
  expect((await findOrder(users, order.order_id))?.placedAt.toISOString()).toBe(order.placed_at);

  const deliveries = delivery.openDatabase((await given('delivery')).url, 2, log);
  closing.push(() => deliveries.$disconnect());
  const agent = await deliveries.agent.create({ data: { name: 'Asha', userName: 'asha', gender: 'FEMALE' } });
  for (const at of [agent.createdAt, agent.availableSince])
    expect(Math.abs(Date.now() - at.getTime())).toBeLessThan(60_000);
});
