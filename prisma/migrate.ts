import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, DatabaseError, escapeIdentifier } from 'pg';
import { loadConfig, schemas, withSecrets } from '../lib/config/config';
import { connectionTo } from '../lib/postgres/session';

export interface MigrationTarget {
  /** `postgresql://` URL. The database is created if the server does not have it. */
  databaseUrl: string;
  /** The CA that signs the server's certificate, as for `connectionTo`. */
  ca?: string | undefined;
  /** The folder that holds `migrations/<name>/migration.sql`. */
  directory: string;
}

/** Thrown when a migration fails or the database cannot be reached. Keeps the cause. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** The advisory lock of Prisma's own commands, so that `prisma migrate deploy` waits for us and we wait for it. */
const migrationLock = 72_707_369;

/**
 * Applies the migrations that the database lacks, oldest first, each in a transaction of its own. Resolves with the names of those it
 * applied: a second run resolves with an empty list. Concurrent runs wait for each other. Keeps the `_prisma_migrations` table of
 * `prisma migrate deploy`, so either may run after the other. Throws MigrationError naming the migration and what the database said. A
 * migration that fails leaves no trace, and the next run tries it again.
 */
export async function applyMigrations({ databaseUrl, ca, directory }: MigrationTarget): Promise<string[]> {
  await createDatabaseIfMissing(databaseUrl, ca);
  const applied = withClient(databaseUrl, ca, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]); // released when the connection closes
    await client.query(createMigrationsTable);
    const missing = await missingMigrations(client, readMigrations(join(directory, 'migrations')));
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  });
  return applied.catch((error: unknown) => fail(`migrations of ${directory}`, error));
}

/** As Prisma creates it. */
const createMigrationsTable = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

type Migration = ReturnType<typeof readMigrations>[number];

function readMigrations(folder: string) {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).sort();
  return names.map((name) => {
    const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

/** The migrations to apply. Throws when a recorded one has failed, or has been changed since it was applied. */
async function missingMigrations(client: Client, migrations: Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean; logs: string | null }>(`
    SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, logs
    FROM _prisma_migrations WHERE rolled_back_at IS NULL`);
  const failed = rows.find(({ finished }) => !finished);
  if (failed)
    throw new Error(
      `${failed.name} is recorded as failed (${failed.logs?.trim() || 'no log'}). Repair the database by hand, then set in its row of ` +
        '_prisma_migrations finished_at if it is now applied, or rolled_back_at to have it applied again.',
    );
  const checksums = new Map(rows.map(({ name, checksum }) => [name, checksum]));
  const changed = migrations.find(({ name, checksum }) => (checksums.get(name) ?? checksum) !== checksum);
  if (changed)
    throw new Error(
      `${changed.name} was changed after it had been applied. Restore its migration.sql, and put the change into a new migration.`,
    );
  return migrations.filter(({ name }) => !checksums.has(name));
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  const record = `
    INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
    VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`;
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query(record, [randomUUID(), checksum, name]);
    await client.query('COMMIT');
  } catch (error) {
    fail(name, error); // closing the connection rolls it back
  }
}

async function createDatabaseIfMissing(databaseUrl: string, ca?: string): Promise<void> {
  const url = new URL(databaseUrl);
  const name = decodeURIComponent(url.pathname.slice(1));
  const missing = await withClient(databaseUrl, ca, async () => false).catch((error: unknown) =>
    hasState(error, '3D000') ? true : fail(`cannot reach database ${name} at ${url.host}`, error),
  );
  if (!missing) return;
  url.pathname = '/postgres';
  const statement = `CREATE DATABASE ${escapeIdentifier(name)}`;
  await withClient(url.href, ca, (client) => client.query(statement)).catch((error: unknown) => {
    // Both say that another process has created it.
    if (!hasState(error, '42P04', '23505')) fail(`cannot create database ${name}`, error);
  });
}

async function withClient<T>(url: string, ca: string | undefined, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...connectionTo(url, ca), connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // a lost connection: the query in progress, or the next one, fails with it
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

const hasState = (error: unknown, ...sqlStates: string[]): boolean =>
  error instanceof DatabaseError && sqlStates.includes(error.code ?? '');

const messageOf = (error: unknown): string => (error instanceof Error ? error.message || error.name : String(error));

function fail(what: string, error: unknown): never {
  throw new MigrationError(`${what}: ${messageOf(error)}`, { cause: error });
}

/** `node dist/prisma/migrate.js [user|restaurant|delivery …]`; all three by default. */
async function migrateFromCommandLine(names: string[]): Promise<void> {
  const env = withSecrets(process.env);
  const { DATABASE_CA_FILE: ca } = loadConfig(schemas.migrate, env);
  for (const service of names.length > 0 ? names : ['user', 'restaurant', 'delivery']) {
    const variable = `${service.toUpperCase()}_DATABASE_URL`;
    const databaseUrl = env[variable];
    if (!databaseUrl) throw new MigrationError(`${variable} is not set`);
    const applied = await applyMigrations({ databaseUrl, ca, directory: join(process.cwd(), 'prisma', service) });
    console.log(`${service}: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to apply'}`);
  }
}

if (require.main === module) {
  migrateFromCommandLine(process.argv.slice(2)).catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
}
