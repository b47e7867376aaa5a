/** Errors of a real PostgreSQL that pass: each counts as an unavailable database, in a raw query and in one of Prisma's own. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { Registry } from 'prom-client';
import { createLog } from '../../lib/logging/log';
import { addDatabase, isDatabaseUnavailable } from '../../lib/postgres/database';
import { connectionTo } from '../../lib/postgres/session';
import { createHealth, type Dependency } from '../../lib/process/health';
import { createStartupRetry } from '../../lib/process/startup-retry';
import { openDatabase, type Database } from '../../prisma/delivery/client';
import { isolatedDatabase, type Isolated } from '../fixtures/isolation';
import { until } from '../fixtures/until';

const log = createLog('test', 'silent');
let database: Isolated;
let db: Database;
let admin: Client;
beforeAll(async () => {
  database = await isolatedDatabase('delivery');
  db = openDatabase(database.url, 2, log);
  admin = new Client(connectionTo(database.url));
  await admin.connect();
  // An agent whose name is an SQLSTATE cannot be added: the database fails with that state.
  await admin.query(`
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN RAISE EXCEPTION ''of this test'' USING ERRCODE = NEW.name; END';
    CREATE TRIGGER fail BEFORE INSERT ON "DilveryAgent" FOR EACH ROW WHEN (NEW.name ~ '^[0-9A-Z]{5}$') EXECUTE FUNCTION fail()`);
});
afterAll(async () => {
  await admin.end();
  await db.$disconnect();
  await database.drop();
});

const addAgent = (to: Database, name: string) =>
  to.agent.create({ data: { name, userName: randomUUID(), gender: 'FEMALE' } });
const addAgentRaw = (to: Database, name: string) =>
  to.$executeRaw`INSERT INTO "DilveryAgent" (name, "userName", gender) VALUES (${name}, ${randomUUID()}, 'FEMALE')`;
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );

describe.each([
  ['a raw query', addAgentRaw],
  ["a query of Prisma's", addAgent],
])('%s', (_, add) => {
  test.each([
    ['a read-only transaction', '25006'],
    ['an idle transaction timeout', '25P03'],
    ['a serialization failure', '40001'],
    ['a deadlock', '40P01'],
    ['a full disk', '53100'],
    ['too many connections', '53300'],
    ['a lock timeout', '55P03'],
    ['a statement timeout', '57014'],
    ['an administrator’s shutdown', '57P01'],
    ['a crash of the server', '57P02'],
    ['a server that starts up or recovers', '57P03'],
    ['an I/O error', '58030'],
  ])('that fails with %s (%s) can be tried again', async (_what, state) => {
    expect(isDatabaseUnavailable(await failureOf(add(db, state)))).toBe(true);
  });

  test.each([
    ['a foreign key', '23503'],
    ['a unique index', '23505'],
    ['a check', '23514'],
    ['missing rights', '42501'],
    ['a syntax error', '42601'],
    ['corrupted data', 'XX001'],
  ])('that fails with %s (%s) fails again', async (_what, state) => {
    expect(isDatabaseUnavailable(await failureOf(add(db, state)))).toBe(false);
  });

  test.each([
    ['read-only', '-c default_transaction_read_only=on', async () => undefined],
    ['too slow for its statement timeout', '-c statement_timeout=200', lockAgents],
    ['locked for longer than its lock timeout', '-c lock_timeout=200', lockAgents],
  ])('of a database that is %s can be tried again', async (_what, options, make) => {
    const url = `${database.url}?options=${encodeURIComponent(options)}`;
    const held = openDatabase(url, 1, log);
    await make();
    const failure = await failureOf(add(held, 'Asha'));
    await admin.query('ROLLBACK');
    await held.$disconnect();
    expect(isDatabaseUnavailable(failure)).toBe(true);
  });
});

test('a process is not ready while its database is read-only, and is ready again afterwards', async () => {
  const required: Record<string, Dependency> = {};
  const closers: (() => unknown)[] = [];
  const service: Pick<DatabaseUser, 'config' | 'log' | 'registry' | 'startup' | 'requires' | 'onStop'> = {
    config: { DATABASE_POOL_SIZE: 2 } as DatabaseUser['config'],
    log,
    registry: new Registry(),
    startup: createStartupRetry(5_000, log),
    requires: (name, check) => void (required[name] = { required: true, check }),
    onStop: (close) => void closers.push(close),
  };
  await addDatabase(service as DatabaseUser, openDatabase, database.url);
  const health = createHealth(required, log);
  /** Tried again: the first check after a change may meet a broken connection. */
  const checkSays = (said: string) =>
    until(said, async () => {
      const check = required['postgresql']?.check() ?? Promise.reject(new Error('there is no check'));
      return (await check.then(() => 'fine', messageOf)) === said;
    });
  const isReady = (expected: boolean) =>
    until(`ready: ${expected}`, async () => (await health.readiness()).ready === expected); // shared for half a second
  const name = new URL(database.url).pathname.slice(1);
  const turn = async (change: string): Promise<void> => {
    await admin.query(`ALTER DATABASE "${name}" ${change}`);
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
      [name],
    );
  };

  await isReady(true);
  await turn('SET default_transaction_read_only = on');
  await checkSays('the database is read-only');
  await isReady(false);
  expect(isDatabaseUnavailable(await failureOf(addAgent(db, 'Asha')))).toBe(true);
  await turn('RESET default_transaction_read_only');
  await checkSays('fine');
  await isReady(true);
  await Promise.all(closers.map((close) => close()));
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');
type DatabaseUser = Parameters<typeof addDatabase>[0];

async function lockAgents(): Promise<void> {
  await admin.query('BEGIN; LOCK TABLE "DilveryAgent" IN ACCESS EXCLUSIVE MODE');
}
