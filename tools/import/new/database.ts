import { Client, DatabaseError } from 'pg';
import { connectionTo, connectTimeoutMs } from '../../../lib/postgres/session';
import { ExpectedError, messageOf } from '../../cli/cli';
import type { ServiceName } from '../../stack/addresses';
import { identityOf, placeOf } from '../identity';

export interface NewDatabase {
  /** Runs the work in a transaction. */
  write<T>(work: (db: Writer) => Promise<T>): Promise<T>;
  identity: string;
  close(): Promise<void>;
}

export type Writer = Pick<Client, 'query'>;

/**
 * Opens one of our databases. In a dry run all work is one transaction, which is never committed: so everything is tried, and nothing changed.
 * Throws ExpectedError if the database cannot be opened, or lacks our newest tables.
 */
export async function openNewDatabase(
  name: ServiceName,
  { url, ca, dryRun }: { url: string; ca: string | undefined; dryRun: boolean },
): Promise<NewDatabase> {
  const client = new Client({ ...connectionTo(url, ca), connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => undefined); // the next query fails with it
  try {
    await client.connect();
    await client.query(newestColumns[name]);
    if (dryRun) await client.query('BEGIN');
    return {
      write: dryRun ? (work) => work(client) : (work) => inTransaction(client, work),
      identity: await identityOf(client),
      close: () => client.end(), // rolls back
    };
  } catch (error) {
    await client.end().catch(() => undefined);
    const isOld = error instanceof DatabaseError && ['42P01', '42703'].includes(error.code ?? '');
    const todo = isOld
      ? 'it is not migrated. Start the platform once, or run node dist/prisma/migrate.js'
      : messageOf(error);
    throw new ExpectedError(`Cannot write to our ${name} database ${placeOf(url)}: ${todo}`, { cause: error });
  }
}

/** Queries that fail unless the migrations have been applied. */
const newestColumns: Record<ServiceName, string> = {
  user: 'SELECT delivered, total, body_hash FROM "userOrder" LIMIT 0',
  restaurant: 'SELECT o.restaurant_name, i.name, i.type FROM "Order" o, "OrderItem" i LIMIT 0',
  delivery: 'SELECT "agentName", rating FROM "DeliveryAssignment" LIMIT 0',
};

async function inTransaction<T>(client: Client, work: (db: Writer) => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Runs a statement over rows, which it reads as JSON from $1, $2 and so on. Resolves to the number of rows that it wrote or returned. */
export async function writeRows(db: Writer, statement: string, ...rows: object[][]): Promise<number> {
  const { rowCount } = await db.query(
    statement,
    rows.map((list) => JSON.stringify(list)),
  );
  return rowCount ?? 0;
}
