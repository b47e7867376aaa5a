import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Freezer } from './freezer';

/** Nobody waits for a lock on a busy table for ever. */
const lockWait = '5s';
const connectLimitMs = 5_000;

/** Holds a table for so long: whoever reads or writes it waits. Rejects when the database goes away meanwhile. */
export function holdTable(url: string, table: string, forMs: number): Promise<void> {
  return withClient(url, async (client) => {
    await client.query(`BEGIN; SET LOCAL lock_timeout = '${lockWait}'; LOCK TABLE "${table}" IN ACCESS EXCLUSIVE MODE`);
    await sleep(forMs);
    await client.query('ROLLBACK');
  });
}

/** Freezes the server process behind one of a service's connections, whatever it holds. Rejects when there is none. */
export async function stallConnection(url: string, freezer: Freezer, forMs: number): Promise<void> {
  // One that is at work holds locks; an idle one is as good as dead to the pool that has it.
  const pid = await withClient(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>(`
      SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
      ORDER BY (state <> 'idle') DESC, state_change DESC LIMIT 1`);
    return rows[0]?.pid;
  });
  if (pid === undefined) throw new Error('nobody is connected');
  await freezer.freeze(pid);
  await sleep(forMs);
  freezer.thaw(pid);
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: connectLimitMs });
  client.on('error', () => undefined); // the query that it cuts off rejects
  try {
    await client.connect();
    return await use(client);
  } finally {
    // The server may be frozen or gone: nobody waits for its farewell.
    void client.end().catch(() => undefined);
  }
}
