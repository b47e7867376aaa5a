import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { Log } from '../logging/log';
import type { PoolConfig } from '../config/servers';
import type { ProcessConfig } from '../config/process';
import type { Service } from '../process/service';
import { hostOf } from '../process/startup-retry';
import { checkSession, connectionTo, connectTimeoutMs } from './session';

export interface DatabaseOptions {
  /** See `connectionTo`. */
  ca?: string | undefined;
  registry?: Registry;
}

/** The options of a Prisma client over a `pg` pool, whose connections open on demand. One that breaks while idle is logged and replaced. */
export function clientOptions(url: string, poolSize: number, log: Log, { ca, registry }: DatabaseOptions = {}) {
  const pool = new Pool({
    ...connectionTo(url, ca, { statement_timeout: String(statementTimeoutMs) }),
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  if (registry) watchPool(registry, pool);
  const adapter = new PrismaPg(pool, {
    disposeExternalPool: true,
    onPoolError: (error) => log.warn({ event: 'database-error', err: error }, 'an idle database connection failed'),
    onConnectionError: (error) => log.warn({ event: 'database-error', err: error }, 'a database connection failed'),
    statementNameGenerator: statementNames(),
  });
  return { adapter, transactionOptions: { maxWait: connectTimeoutMs, timeout: transactionTimeoutMs } };
}

function watchPool(registry: Registry, pool: Pool): void {
  new Gauge({
    name: 'database_pool_connections',
    help: 'Connections to the database: total, idle ones, and requests waiting for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'total' }, pool.totalCount);
      this.set({ state: 'idle' }, pool.idleCount);
      this.set({ state: 'waiting' }, pool.waitingCount);
    },
  });
}

/** Far more than a service has; a statement with a list is a new statement for each length of the list. */
const maxStatements = 200;

/** Names statements, so that each connection parses and plans them once. Those beyond the first 200 stay unnamed. */
function statementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    if (!names.has(sql) && names.size < maxStatements) names.set(sql, `s${names.size}`);
    return names.get(sql) as string; // without a name pg prepares nothing, as without a generator
  };
}

interface PrismaDatabase {
  $queryRaw<T>(query: TemplateStringsArray): Promise<T>;
  $disconnect(): Promise<void>;
}

/** Opens a database, waits for it, and makes it a required dependency of the service. Throws StartupTimeoutError. */
export async function addDatabase<Db extends PrismaDatabase>(
  service: Service<ProcessConfig & PoolConfig>,
  open: (url: string, poolSize: number, log: Log, options: DatabaseOptions) => Db,
  url: string,
): Promise<Db> {
  const { config, log, registry, startup } = service;
  const db = open(url, config.DATABASE_POOL_SIZE, log, { ca: config.DATABASE_CA_FILE, registry });
  const check = () => checkWritable(db);
  const what = `PostgreSQL at ${hostOf(url)}`;
  await startup.waitFor(what, check);
  await startup.waitFor(what, () => checkSession(url, config.DATABASE_CA_FILE));
  service.requires('postgresql', check);
  service.onStop(() => db.$disconnect());
  return db;
}

/** After a failover the old primary may go on answering, read-only; every process of ours writes. Rejects then. */
async function checkWritable(db: PrismaDatabase): Promise<void> {
  const [{ readOnly }] = await db.$queryRaw<[{ readOnly: string }]>`
    SELECT current_setting('transaction_read_only') AS "readOnly"`;
  if (readOnly === 'on') throw new Error('the database is read-only');
}

/**
 * Twice a caller's attempt (`ATTEMPT_MS`); Prisma's default is 5 s. Rolling back those that have waited longest for a lock would only make
 * their callers queue again. A transaction that outlives its caller is not wasted: the next attempt finds its effect.
 */
const transactionTimeoutMs = 20_000;

/** No statement runs, or waits for a lock, longer than the longest transaction. Then SQLSTATE 57014: unavailable, to be tried again. */
const statementTimeoutMs = transactionTimeoutMs;

/** Prisma's codes for a server that is unreachable, too slow, or out of connections. */
const unavailableCodes = new Set(['P1001', 'P1002', 'P1008', 'P1011', 'P1017', 'P2024', 'P2028', 'P2037']);

/**
 * SQLSTATEs behind a generic code of Prisma's, of a server that will answer again: connection, transaction rollback (deadlock, serialization),
 * read-only after a failover, resources (disk full, too many connections), lock and statement timeouts, shutdown and recovery, I/O errors.
 */
const unavailableStates = /\b(08\d{3}|25006|25P0[34]|40\d{3}|40P01|53\d{3}|55P03|57014|57P0[1-5]|58\d{3})\b/;
const wrappedCodes = new Set(['P2010', 'P2039', 'P2034']);
/** The pool's message when no connection became free before the timeout. */
const poolExhausted = 'timeout exceeded when trying to connect';

/** Whether a query failed because the database is unavailable or overloaded, and not because the query is wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.message.includes(poolExhausted)) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (unavailableCodes.has(code)) return true;
  const meta = JSON.stringify('meta' in error ? error.meta : {});
  return wrappedCodes.has(code) && unavailableStates.test(`${error.message} ${meta}`);
}

/** Whether an error comes from a query. Its message reveals internals. */
export const isDatabaseError = (error: unknown): boolean =>
  error instanceof Error && error.name.startsWith('PrismaClient');

/** The result of a query; undefined if a unique key refused a row: Prisma's P2002. */
export const unlessDuplicate = <T>(result: Promise<T>): Promise<T | undefined> =>
  result.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'P2002') return undefined;
    throw error;
  });
