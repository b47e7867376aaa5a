import type { ConnectionOptions } from 'node:tls';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client, DatabaseError, Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { Log } from '../logging/log';
import type { PoolConfig } from '../config/servers';
import type { ProcessConfig } from '../config/process';
import type { Service } from '../process/service';
import { hostOf } from '../process/startup-retry';

export interface DatabaseOptions {
  /** See `connectionTo`. */
  ca?: string | undefined;
  registry?: Registry;
}

/** The options of a Prisma client over a `pg` pool, whose connections open on demand. One that breaks while idle is logged and replaced. */
export function clientOptions(url: string, poolSize: number, log: Log, { ca, registry }: DatabaseOptions = {}) {
  const pool = new Pool({
    ...connectionTo(url, ca),
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

/**
 * What our statements and the driver rely on, sent with each connection: the defaults of a server, database or role may differ. The driver
 * reads times without their offset, and float texts as they come.
 */
const sessionSettings = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  search_path: 'public',
  default_transaction_isolation: 'read committed',
};

/**
 * The connection options of `pg`, for every connection of ours: with `sessionSettings`, which win over `options` of the URL. Every
 * `sslmode` except `disable` means TLS to a server whose certificate matches its name and is signed by `ca` (default: Node's CAs):
 * stricter than PostgreSQL's own programs with `require`.
 */
export function connectionTo(url: string, ca?: string): { connectionString: string; ssl?: ConnectionOptions } {
  const target = new URL(url);
  const options = Object.entries(sessionSettings).map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`);
  target.searchParams.set('options', [target.searchParams.get('options') ?? [], ...options].flat().join(' '));
  if ((target.searchParams.get('sslmode') ?? 'disable') === 'disable') return { connectionString: target.href };
  target.searchParams.delete('sslmode'); // TLS parameters in the URL would override the options
  return { connectionString: target.href, ssl: { host: target.hostname.replace(/^\[|\]$/g, ''), ...(ca && { ca }) } };
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
  $queryRaw(query: TemplateStringsArray): Promise<unknown>;
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
  const check = () => db.$queryRaw`SELECT 1`;
  const what = `PostgreSQL at ${hostOf(url)}`;
  await startup.waitFor(what, check);
  await startup.waitFor(what, () => checkSession(url, config.DATABASE_CA_FILE));
  service.requires('postgresql', check);
  service.onStop(() => db.$disconnect());
  return db;
}

/**
 * A pooler may drop our session settings, or hand a connection's prepared statements to another one. Throws an Error that says what to
 * configure: later there would be wrong times and failed queries.
 */
async function checkSession(url: string, ca?: string): Promise<void> {
  const clients = [0, 1].map(() => new Client({ ...connectionTo(url, ca), connectionTimeoutMillis: connectTimeoutMs }));
  try {
    for (const client of clients) {
      client.on('error', () => undefined); // the query fails with it
      await client.connect();
    }
    const [one, other] = clients as [Client, Client];
    const names = Object.keys(sessionSettings);
    const { rows } = await one.query<{ name: string; setting: string }>(
      'SELECT name, current_setting(name) AS setting FROM unnest($1::text[]) AS name',
      [names],
    );
    const wrong = rows.find(({ name, setting }) => setting !== sessionSettings[name as keyof typeof sessionSettings]);
    if (wrong)
      throw new Error(
        `the pooler at ${hostOf(url)} drops our setting of ${wrong.name}, which is ${wrong.setting}: set it for the database role`,
      );
    // Two clients that share a server connection collide over the name.
    for (const [client, text] of [
      [one, 'SELECT 1'],
      [other, 'SELECT 2'],
    ] as const)
      await client.query({ name: 'session_check', text });
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === duplicatePreparedStatement)) throw error;
    throw new Error(
      `the pooler at ${hostOf(url)} shares prepared statements between its clients: use PgBouncer 1.21 or newer with max_prepared_statements, or session mode`,
    );
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}
const duplicatePreparedStatement = '42P05';

/** An unavailable database fails soon enough for a request to be answered. */
const connectTimeoutMs = 5_000;
/**
 * Twice a caller's attempt (`ATTEMPT_MS`); Prisma's default is 5 s. Rolling back those that have waited longest for a lock would only make
 * their callers queue again. A transaction that outlives its caller is not wasted: the next attempt finds its effect.
 */
const transactionTimeoutMs = 20_000;

/** Prisma's codes for a server that is unreachable, too slow, or out of connections. */
const unavailableCodes = new Set(['P1001', 'P1002', 'P1008', 'P1011', 'P1017', 'P2024', 'P2028', 'P2037']);

/** SQLSTATEs behind a generic code of Prisma's: connection, resources, operator intervention, deadlock. */
const unavailableStates = /\b(08\d{3}|53\d{3}|57P0[1-5]|40P01|40001)\b/;
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
