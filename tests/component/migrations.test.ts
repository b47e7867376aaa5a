/** Migrations on a real PostgreSQL: which are applied, and that Prisma's table of them stays as Prisma keeps it. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { connectionTo } from '../../lib/postgres/session';
import { applyMigrations } from '../../prisma/migrate';
import { unusedDatabase, type Isolated } from '../fixtures/isolation';

const prismaFolder = path.resolve(__dirname, '../../prisma');
const services = ['user', 'restaurant', 'delivery'] as const;

let database: Isolated;
let directory: string;
beforeEach(() => {
  database = unusedDatabase('migrations');
  directory = mkdtempSync(path.join(tmpdir(), 'migrations-'));
  givenMigration('1_first', 'CREATE TABLE first (id int); INSERT INTO first VALUES (1);');
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  await database.drop();
});

function givenMigration(name: string, sql: string): void {
  mkdirSync(path.join(directory, 'migrations', name), { recursive: true });
  writeFileSync(path.join(directory, 'migrations', name, 'migration.sql'), sql);
}

const migrate = () => applyMigrations({ databaseUrl: database.url, directory });

async function query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client(connectionTo(database.url));
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const rowsRecorded = () =>
  query<{ migration_name: string }>('SELECT * FROM _prisma_migrations ORDER BY started_at, migration_name');
const namesRecorded = async () => (await rowsRecorded()).map(({ migration_name }) => migration_name);

describe.each(services)('the migrations of the %s service', (service) => {
  beforeEach(() =>
    cpSync(path.join(prismaFolder, service, 'migrations'), path.join(directory, 'migrations'), { recursive: true }),
  );
  beforeEach(() => rmSync(path.join(directory, 'migrations', '1_first'), { recursive: true }));

  test('create the database, and are applied once, in the order of their names', async () => {
    const names = readdirSync(path.join(directory, 'migrations')).filter((name) => !name.endsWith('.toml'));
    expect(await migrate()).toEqual(names.sort());
    expect(await namesRecorded()).toEqual(names);
    expect(await migrate()).toEqual([]);
  });

  test("are recorded with Prisma's checksums: the file's SHA-256 in hex", async () => {
    await migrate();
    for (const row of await rowsRecorded()) {
      const file = readFileSync(path.join(directory, 'migrations', row.migration_name, 'migration.sql'));
      const digest = await crypto.subtle.digest('SHA-256', file);
      expect(row).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string,
        checksum: Buffer.from(digest).toString('hex'),
        finished_at: expect.any(Date) as Date,
        migration_name: row.migration_name,
        logs: null,
        rolled_back_at: null,
        started_at: expect.any(Date) as Date,
        applied_steps_count: 1,
      });
    }
  });
});

describe('rows of an earlier schema', () => {
  /** Migrates to the named migration, lets `rows` write, and migrates to the end. */
  async function migratedWith(service: (typeof services)[number], before: string, rows: string): Promise<void> {
    rmSync(path.join(directory, 'migrations'), { recursive: true });
    const source = path.join(prismaFolder, service, 'migrations');
    const target = path.join(directory, 'migrations');
    cpSync(source, target, { recursive: true, filter: (from) => !from.includes(before) });
    await migrate();
    await query(rows);
    cpSync(source, target, { recursive: true });
    await migrate();
  }
  const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const answersAsPromised = '20261201000000';

  test("an order group's id becomes the order's, and its parts follow", async () => {
    await migratedWith(
      'restaurant',
      answersAsPromised,
      `INSERT INTO "Restaurant" (id, name, opening_time, closing_time) VALUES ('${id(1)}', 'Curry House', '09:00', '17:00');
       INSERT INTO "MenuItem" (id, restaurant_id, name, price, type) VALUES ('${id(2)}', '${id(1)}', 'Rice', 3, 'VEG');
       INSERT INTO "OrderGroup" (id, order_id, user_id, placed_at, total, order_rating)
         SELECT id, order_id, '${id(3)}', now(), 3, 4
         FROM (VALUES ('${id(10)}'::uuid, '${id(11)}'::uuid), ('${id(11)}', '${id(10)}')) swapped (id, order_id);
       INSERT INTO "Order" (id, order_group_id, restaurant_id, total) VALUES ('${id(20)}', '${id(10)}', '${id(1)}', 3);
       INSERT INTO "OrderItem" (order_id, menu_item_id, quantity, price) VALUES ('${id(20)}', '${id(2)}', 1, 3)`,
    );
    expect(await query('SELECT id, rating FROM "OrderGroup" ORDER BY id')).toEqual([
      { id: id(10), rating: 4 },
      { id: id(11), rating: 4 },
    ]);
    expect(await query('SELECT order_group_id, restaurant_name FROM "Order"')).toEqual([
      { order_group_id: id(11), restaurant_name: 'Curry House' },
    ]);
    expect(await query('SELECT name, type FROM "OrderItem"')).toEqual([{ name: 'Rice', type: 'VEG' }]);
  });

  test('of restaurants that share a name the oldest keeps it, and the others get a number that is free', async () => {
    const long = 'x'.repeat(200);
    const named = ['Curry House', 'Curry House (2)', 'Curry House', 'Curry House', long, long];
    const rows = named.map((name, n) => `('${id(n)}', '${name}', '09:00', '17:00', now() + interval '${n} s')`);
    await migratedWith(
      'restaurant',
      answersAsPromised,
      `INSERT INTO "Restaurant" (id, name, opening_time, closing_time, created_at) VALUES ${rows.join()}`,
    );
    const after = await query<{ name: string }>('SELECT name FROM "Restaurant" ORDER BY created_at');
    expect(after.map(({ name }) => name)).toEqual([
      'Curry House',
      'Curry House (2)',
      'Curry House (3)',
      'Curry House (4)',
      long,
      `${'x'.repeat(196)} (2)`,
    ]);
  });

  test("a delivery gets its courier's name, and keeps the rating", async () => {
    await migratedWith(
      'delivery',
      answersAsPromised,
      `INSERT INTO "DilveryAgent" (id, name, "userName", gender) VALUES ('${id(1)}', 'Asha', 'asha', 'FEMALE');
       INSERT INTO "DeliveryAssignment" ("orderId", "agentId", status, "assignedAt", "completedAt", "agentRating")
         VALUES ('${id(2)}', '${id(1)}', 'DELIVERED', now(), now(), 4), ('${id(3)}', NULL, 'PENDING', NULL, NULL, NULL)`,
    );
    expect(await query('SELECT "agentName", rating FROM "DeliveryAssignment" ORDER BY "orderId"')).toEqual([
      { agentName: 'Asha', rating: 4 },
      { agentName: null, rating: null },
    ]);
  });
});

test('a checksum equals the one that Prisma 7 records for the same file', async () => {
  const [migration = ''] = readdirSync(path.join(prismaFolder, 'user', 'migrations')).sort();
  cpSync(path.join(prismaFolder, 'user', 'migrations'), path.join(directory, 'migrations'), { recursive: true });
  await migrate();
  const recorded = (await rowsRecorded()).find(({ migration_name }) => migration_name === migration);
  expect(recorded).toMatchObject({ checksum: '8f33155cad51c52322e185e87cdc668213d31b77b369d31dfe23d6a4d75e6964' });
});

test("the table of applied migrations has the columns of Prisma's own", async () => {
  await migrate();
  const columns = await query(`
    SELECT concat_ws(' ', column_name, data_type, character_maximum_length, is_nullable, column_default) AS column
    FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`);
  expect(columns).toEqual(
    [
      'id character varying 36 NO',
      'checksum character varying 64 NO',
      'finished_at timestamp with time zone YES',
      'migration_name character varying 255 NO',
      'logs text YES',
      'rolled_back_at timestamp with time zone YES',
      'started_at timestamp with time zone NO now()',
      'applied_steps_count integer NO 0',
    ].map((column) => ({ column })),
  );
});

test('a database that Prisma has migrated gets only the missing migrations', async () => {
  await migrate();
  // As Prisma writes them, also for a migration that was marked as applied by hand.
  await query('UPDATE _prisma_migrations SET applied_steps_count = 0, logs = $1', ['']);
  givenMigration('2_second', 'CREATE TABLE second (id int)');
  expect(await migrate()).toEqual(['2_second']);
  expect(await query('SELECT id FROM first')).toEqual([{ id: 1 }]);
});

test('a database with migrations of a newer version stays unchanged', async () => {
  givenMigration('2_second', 'CREATE TABLE second (id int)');
  await migrate();
  rmSync(path.join(directory, 'migrations', '2_second'), { recursive: true });
  expect(await migrate()).toEqual([]);
});

test('a migration that changed after it was applied is an error that says what to do', async () => {
  await migrate();
  givenMigration('1_first', 'CREATE TABLE first (id bigint)');
  givenMigration('2_second', 'CREATE TABLE second (id int)');
  await expect(migrate()).rejects.toThrow(/1_first was changed after .*Restore its migration\.sql.*new migration/);
  expect(await namesRecorded()).toEqual(['1_first']);
});

describe('a migration that fails', () => {
  test("is an error with its name and the database's message, and changes nothing", async () => {
    givenMigration('2_second', 'CREATE TABLE second (id int); SELECT nonsense;');
    givenMigration('3_third', 'CREATE TABLE third (id int)');
    await expect(migrate()).rejects.toThrow(/2_second: column "nonsense" does not exist/);
    expect(await namesRecorded()).toEqual(['1_first']);
    expect(await query("SELECT to_regclass('second') AS second")).toEqual([{ second: null }]);
  });

  test('is applied by the next run after a correction', async () => {
    givenMigration('2_second', 'SELECT nonsense');
    await expect(migrate()).rejects.toThrow();
    givenMigration('2_second', 'CREATE TABLE second (id int)');
    expect(await migrate()).toEqual(['2_second']);
  });
});

describe('a migration that Prisma has recorded as failed', () => {
  beforeEach(async () => {
    await migrate();
    givenMigration('2_second', 'CREATE TABLE second (id int)');
    await query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('x', 'y', '2_second', 'disk full')`,
    );
  });

  test('is an error that says what to do, and nothing is applied', async () => {
    givenMigration('3_third', 'CREATE TABLE third (id int)');
    await expect(migrate()).rejects.toThrow(/2_second is recorded as failed \(disk full\)\. Repair the database/);
    expect(await namesRecorded()).toEqual(['1_first', '2_second']);
  });

  test('is applied again after it is marked as rolled back', async () => {
    await query("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '2_second'");
    expect(await migrate()).toEqual(['2_second']);
  });
});

test('concurrent runs create the database and apply each migration once', async () => {
  givenMigration('2_second', 'SELECT pg_sleep(0.2); CREATE TABLE second (id int)');
  const applied = await Promise.all([migrate(), migrate(), migrate(), migrate(), migrate()]);
  expect(applied.flat().sort()).toEqual(['1_first', '2_second']);
  expect(await namesRecorded()).toEqual(['1_first', '2_second']);
});

test('a run waits for `prisma migrate deploy`, which holds the same lock', async () => {
  await migrate();
  const prisma = new Client(connectionTo(database.url));
  await prisma.connect();
  await prisma.query('SELECT pg_advisory_lock(72707369)');
  let finished = false;
  const running = migrate().finally(() => (finished = true));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(finished).toBe(false);
  await prisma.end();
  expect(await running).toEqual([]);
});

test('an unreachable server is an error that hides the password', async () => {
  const databaseUrl = 'postgresql://someone:secret@127.0.0.1:1/nothing';
  const failure: unknown = await applyMigrations({ databaseUrl, directory }).catch((error: unknown) => error);
  expect(String(failure)).toMatch(/^MigrationError: cannot reach database nothing at 127\.0\.0\.1:1: /);
  expect(String(failure)).not.toContain('secret');
});
