import type { Client } from 'pg';

/** A database as a message names it: without user and password. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${decodeURIComponent(pathname.slice(1))} at ${host}`;
}

/** The same for every connection to this database, by whatever address; another for every other one. */
export async function identityOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ identity: string }>(
    `SELECT (SELECT system_identifier FROM pg_control_system()) || ' ' || current_database() AS identity`,
  );
  return rows[0]?.identity ?? '';
}
