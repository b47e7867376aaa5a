import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { Client, Pool } from 'pg';
import { loadConfig, schemas } from '../lib/config/config';
import { connectionTo } from '../lib/postgres/database';

const SERVICES = ['user', 'restaurant', 'delivery'] as const;

/** PostgreSQL's SQLSTATE for "database does not exist". */
const INVALID_CATALOG_NAME = '3D000';
/** "Database exists already" in its two forms: another run has created it at the same time. */
const CREATED_MEANWHILE = ['42P04', '23505'];

/**
 * The part of Prisma's schema engine that is used here. The engine is the WebAssembly
 * build that comes from npm: `prisma migrate` would download a native one.
 */
interface SchemaEngine {
  applyMigrations(input: object): Promise<{ appliedMigrationNames: string[] }>;
  free(): void;
}
interface SchemaEngineModule {
  SchemaEngine: { new: (options: object, log: (line: string) => void, adapter: object) => Promise<SchemaEngine> };
  __wbg_set_wasm(exports: object): void;
}

/** What is used of the global; its full types come with the browser's library only. */
declare const WebAssembly: {
  Module: new (binary: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: { __wbindgen_start(): void } };
};

export interface MigrationTarget {
  /** `postgresql://` URL; the database is created if the server does not have it. */
  databaseUrl: string;
  /** By whom the server's certificate has to be signed, as in `connectionTo`. */
  ca?: string | undefined;
  /** Folder that holds `schema.prisma` and `migrations/`. */
  directory: string;
}

/** Thrown when a migration, or the way to the database, fails. The cause is kept. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * Applies every migration that the database does not have yet, oldest first, and resolves
 * to the names of those it applied: a second run resolves to an empty list. Keeps the same
 * `_prisma_migrations` table as `prisma migrate deploy`, so either may run after the other.
 * Concurrent runs wait for each other. Needs no internet.
 *
 * @throws MigrationError naming the migration and what the database said. Nothing is
 * retried: a failed migration stays recorded as failed until somebody resolves it.
 */
export async function applyMigrations({ databaseUrl, ca, directory }: MigrationTarget): Promise<string[]> {
  await createDatabaseIfMissing(databaseUrl, ca);
  const pool = new Pool(connectionTo(databaseUrl, ca));
  pool.on('error', () => undefined); // A lost idle connection: the next query tells.
  try {
    return await applyThrough(pool, directory);
  } catch (error) {
    throw new MigrationError(`migrations of ${directory}: ${messageOf(error)}`, { cause: error });
  } finally {
    await pool.end(); // The engine's lock lasts as long as its connection.
  }
}

async function applyThrough(pool: Pool, directory: string): Promise<string[]> {
  const schemaFile = join(directory, 'schema.prisma');
  const engine = await loadSchemaEngine().SchemaEngine.new(
    { datamodels: [[schemaFile, readFileSync(schemaFile, 'utf8')]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool)),
  );
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: readMigrations(join(directory, 'migrations')),
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
  }
}

async function createDatabaseIfMissing(databaseUrl: string, ca?: string): Promise<void> {
  const shown = withoutPassword(databaseUrl);
  try {
    await runStatement(databaseUrl, ca, 'SELECT 1');
  } catch (error) {
    if (!hasCode(error, INVALID_CATALOG_NAME)) {
      throw new MigrationError(`cannot reach ${shown}: ${messageOf(error)}`, { cause: error });
    }
    const name = decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
    const maintenance = new URL(databaseUrl);
    maintenance.pathname = '/postgres';
    try {
      await runStatement(maintenance.href, ca, `CREATE DATABASE "${name.replaceAll('"', '""')}"`);
    } catch (failure) {
      if (CREATED_MEANWHILE.some((code) => hasCode(failure, code))) return;
      throw new MigrationError(`cannot create the database of ${shown}: ${messageOf(failure)}`, { cause: failure });
    }
  }
}

async function runStatement(url: string, ca: string | undefined, statement: string): Promise<void> {
  const client = new Client({ ...connectionTo(url, ca), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

let loaded: SchemaEngineModule | undefined;

/**
 * The module expects a bundler that can import `.wasm` files; this does it by hand, and
 * once: a second instance would take the memory away from engines that are at work.
 */
function loadSchemaEngine(): SchemaEngineModule {
  if (loaded) return loaded;
  const require = createRequire(__filename);
  const glue = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const engine = require(glue) as SchemaEngineModule;
  // The engine reports a panic here, before it traps.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => console.error(text) } });
  const binary = readFileSync(join(dirname(glue), 'schema_engine_bg.wasm'));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), {
    './schema_engine_bg.js': engine,
  });
  engine.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  loaded = engine;
  return engine;
}

function readMigrations(baseDir: string): object {
  const names = readdirSync(baseDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: readFileSync(join(baseDir, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: names.map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(baseDir, name, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.password = '';
  return url.href;
}

/** `node dist/prisma/migrate.js [user|restaurant|delivery …]`; all three when none is named. */
async function migrateFromCommandLine(names: string[]): Promise<void> {
  const { DATABASE_CA_FILE: ca } = loadConfig(schemas.migrate, process.env);
  for (const service of names.length > 0 ? names : SERVICES) {
    const variable = `${service.toUpperCase()}_DATABASE_URL`;
    const databaseUrl = process.env[variable];
    if (!databaseUrl) throw new MigrationError(`${variable} is not set`);
    const applied = await applyMigrations({ databaseUrl, ca, directory: join(process.cwd(), 'prisma', service) });
    console.log(`${service}: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to apply'}`);
  }
}

if (require.main === module) {
  migrateFromCommandLine(process.argv.slice(2)).then(
    () => process.exit(0), // The engine's own timers would hold the process for 10 s more.
    (error: unknown) => {
      console.error(messageOf(error));
      process.exit(1);
    },
  );
}
