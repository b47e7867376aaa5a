import { Client } from 'pg';

/** Runs one statement over a connection of its own. */
export async function query<Row extends object>(
  connectionString: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

export async function runStatements(connectionString: string, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await query(connectionString, statement);
}
