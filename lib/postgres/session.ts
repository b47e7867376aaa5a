/** The settings of every PostgreSQL connection of ours, and the check that they arrive. */
import type { ConnectionOptions } from 'node:tls';
import { Client, DatabaseError } from 'pg';
import { hostOf } from '../process/startup-retry';

/** An unavailable database fails soon enough for a request to be answered. */
export const connectTimeoutMs = 5_000;

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
 * @param defaults Settings that `options` of the URL may change.
 */
export function connectionTo(
  url: string,
  ca?: string,
  defaults: Record<string, string> = {},
): { connectionString: string; ssl?: ConnectionOptions } {
  const target = new URL(url);
  const options = [...optionsOf(defaults), target.searchParams.get('options') ?? [], ...optionsOf(sessionSettings)];
  target.searchParams.set('options', options.flat().join(' '));
  if ((target.searchParams.get('sslmode') ?? 'disable') === 'disable') return { connectionString: target.href };
  target.searchParams.delete('sslmode'); // TLS parameters in the URL would override the options
  return { connectionString: target.href, ssl: { host: target.hostname.replace(/^\[|\]$/g, ''), ...(ca && { ca }) } };
}

const optionsOf = (settings: Record<string, string>): string[] =>
  Object.entries(settings).map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`);

/**
 * A pooler may drop our session settings, or hand a connection's prepared statements to another one. Throws an Error that says what to
 * configure: later there would be wrong times and failed queries.
 */
export async function checkSession(url: string, ca?: string): Promise<void> {
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
