import type { ConnectionOptions } from 'node:tls';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { Log } from '../logging/log';
import { hostOf, type StartupRetry } from '../process/startup-retry';

export interface DatabaseOptions {
  /** See `connectionTo`. */
  ca?: string | undefined;
  /** Gets the pool's metrics. */
  registry?: Registry;
}

/**
 * What each service's Prisma client is made of: an adapter over a `pg` pool of at most `poolSize` connections, each made when it is
 * first needed. A connection that breaks while idle is logged and replaced, not fatal.
 */
export function clientOptions(url: string, poolSize: number, log: Log, { ca, registry }: DatabaseOptions = {}) {
  const pool = new Pool({
    ...connectionTo(url, ca),
    max: poolSize,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
  });
  if (registry) watchPool(registry, pool);
  const adapter = new PrismaPg(pool, {
    disposeExternalPool: true,
    onPoolError: (err) => log.warn({ event: 'database-error', err }, 'an idle database connection failed'),
    onConnectionError: (err) => log.warn({ event: 'database-error', err }, 'a database connection failed'),
    statementNameGenerator: statementNames(),
  });
  return { adapter, transactionOptions: { maxWait: connectMs, timeout: transactionMs } };
}

function watchPool(registry: Registry, pool: Pool): void {
  new Gauge({
    name: 'database_pool_connections',
    help: 'Connections to the database: all, those of them that are idle, and what waits for one.',
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
 * What `pg` needs to connect. Every `sslmode` but `disable` means TLS with a server whose certificate is for its name and signed by `ca`
 * (left out: by those whom Node trusts): stricter than PostgreSQL's own programs are about `require`.
 */
export function connectionTo(url: string, ca?: string): { connectionString: string; ssl?: ConnectionOptions } {
  const { hostname, searchParams } = new URL(url);
  const sslmode = searchParams.get('sslmode');
  if (sslmode === null || sslmode === 'disable') return { connectionString: url };
  // What the URL says of TLS would go over the options.
  const bare = new URL(url);
  bare.searchParams.delete('sslmode');
  return { connectionString: bare.href, ssl: { host: hostname.replace(/^\[|\]$/g, ''), ...(ca && { ca }) } };
}

/** Far more than a service has; lists of any length make a statement of their own for each length. */
const maxStatements = 200;

/** Names statements, so that each connection has them parsed and planned once. Those beyond the first 200 go without a name. */
function statementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    if (!names.has(sql) && names.size < maxStatements) names.set(sql, `s${names.size}`);
    return names.get(sql) as string; // without a name pg prepares nothing, as without a generator
  };
}

interface Askable {
  $queryRaw(query: TemplateStringsArray): Promise<unknown>;
}

/** Waits for the database at this URL. Returns how to ask whether it is still there. Throws StartLimitError. */
export async function reachDatabase(db: Askable, url: string, patience: StartupRetry): Promise<() => Promise<unknown>> {
  const checkDatabase = () => db.$queryRaw`SELECT 1`;
  await patience.waitFor(`PostgreSQL at ${hostOf(url)}`, checkDatabase);
  return checkDatabase;
}

/** A database that is away is an error soon enough for a request to be answered. */
const connectMs = 5_000;
/**
 * Twice as long as a caller waits for its attempt (`ATTEMPT_MS`), where Prisma's own limit is 5 s. A transaction may stand before a
 * lock that others hold: on an overloaded machine, to roll back those that have waited longest would only make their callers queue
 * again, behind everybody else. One that outlives its caller is not in vain: the next attempt finds its effect.
 */
const transactionMs = 20_000;

/** Prisma's codes for a server that cannot be reached, is too slow, or has no connection left. */
const awayCodes = new Set(['P1001', 'P1002', 'P1008', 'P1011', 'P1017', 'P2024', 'P2028', 'P2037']);

/** The database's own words, behind a code of Prisma's that says no more: connection, resources, an operator's intervention, a deadlock. */
const awayStates = /\b(08\d{3}|53\d{3}|57P0[1-5]|40P01|40001)\b/;
const wrappedCodes = new Set(['P2010', 'P2039', 'P2034']);
/** What the pool throws when no connection becomes free in time. */
const poolExhausted = 'timeout exceeded when trying to connect';

/** Whether an error of a query says that the database is away or overloaded, rather than that the query is wrong. */
export function isDatabaseAway(err: unknown): boolean {
  if (!(err instanceof Error)) return false;
  if (err.message.includes(poolExhausted)) return true;
  const code = 'code' in err && typeof err.code === 'string' ? err.code : '';
  if (awayCodes.has(code)) return true;
  return wrappedCodes.has(code) && awayStates.test(`${err.message} ${JSON.stringify('meta' in err ? err.meta : {})}`);
}

/** Whether an error comes from a query at all; its message tells of the inside. */
export const isDatabaseError = (err: unknown): boolean => err instanceof Error && err.name.startsWith('PrismaClient');
