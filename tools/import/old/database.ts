import { Client, escapeIdentifier } from 'pg';
import { connectionTo, connectTimeoutMs } from '../../../lib/postgres/session';
import { ExpectedError, messageOf } from '../../cli/cli';
import type { ServiceName } from '../../stack/addresses';
import { identityOf, placeOf } from '../identity';
import { oldTables } from './rows';

export interface OldDatabase {
  /** Rows of a query, in its order, a thousand or so at a time. All are of the moment at which the database was opened. */
  rows<Row>(query: string): AsyncGenerator<Row>;
  /** Which database of which server this is. */
  identity: string;
  close(): Promise<void>;
}

const fetchSize = 2_000;

/** Opens one of the old platform's databases, and never writes there. Throws ExpectedError if it cannot, or if its tables are not those. */
export async function openOldDatabase(name: ServiceName, url: string): Promise<OldDatabase> {
  const what = `the old ${name} database ${placeOf(url)} (--${name})`;
  const client = new Client({ ...connectionTo(url), connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => undefined); // the next query fails with it
  try {
    await client.connect();
    await client.query(snapshot);
    const schema = new URL(url).searchParams.get('schema'); // as Prisma has it in its URLs
    if (schema) await client.query(`SET LOCAL search_path TO ${escapeIdentifier(schema)}`);
    await checkTables(client, name, what);
  } catch (error) {
    await client.end().catch(() => undefined);
    if (error instanceof ExpectedError) throw error;
    throw new ExpectedError(`Cannot read ${what}: ${messageOf(error)}`, { cause: error });
  }
  let cursors = 0;
  return {
    identity: await identityOf(client),
    async *rows<Row>(query: string) {
      const cursor = `c${cursors++}`;
      await client.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${query}`);
      for (;;) {
        const { rows } = await client.query(`FETCH ${fetchSize} FROM ${cursor}`);
        yield* rows as Row[];
        if (rows.length < fetchSize) break;
      }
      await client.query(`CLOSE ${cursor}`);
    },
    close: () => client.end(),
  };
}

/** An import takes minutes, and a server may limit the time of a transaction. */
const snapshot = `
  BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
  SET LOCAL statement_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = 0`;

/** A column that our databases have and the old ones do not. */
const ourColumn: Record<ServiceName, string> = {
  user: 'userOrder.placed_at',
  restaurant: 'Restaurant.rating_sum',
  delivery: 'DilveryAgent.ratingSum',
};

async function checkTables(client: Client, name: ServiceName, what: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = current_schema()`,
  );
  const present = new Set(rows.map((row) => row.name));
  if (present.has(ourColumn[name]))
    throw new ExpectedError(`${sentence(what)} is one of this platform, not of the old one.`);
  for (const [table, columns] of Object.entries(oldTables[name])) {
    const missing = columns.filter((column) => !present.has(`${table}.${column}`));
    if (missing.length === 0) continue;
    const lack = missing.length === columns.length ? `no table "${table}"` : `no "${table}"."${missing.join('", "')}"`;
    throw new ExpectedError(
      `${sentence(what)} has ${lack}, or its user may not read it. Give the old platform's database.`,
    );
  }
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
