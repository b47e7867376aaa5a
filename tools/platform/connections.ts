/** How a tool reaches a running system other than over HTTP. */
import { Client as Temporal, Connection } from '@temporalio/client';
import { Client as Postgres, type QueryResultRow } from 'pg';
import { dataConverterOf } from '../../lib/temporal/payload-codec';
import type { SystemVariables } from './variables';

const connectTimeoutMs = 5_000;

/** Lends a client that decodes payloads. */
export async function withTemporal<T>(variables: SystemVariables, use: (client: Temporal) => Promise<T>): Promise<T> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_PAYLOAD_KEYS: keys } = variables;
  const connection = await Connection.connect({ address, connectTimeout: connectTimeoutMs });
  try {
    return await use(new Temporal({ connection, namespace, dataConverter: dataConverterOf(keys) }));
  } finally {
    await connection.close();
  }
}

/** The rows of one query, over a connection of its own. Does not wait for the server to close it: a frozen one would not answer. */
export async function selectRows<Row extends QueryResultRow>(
  url: string,
  sql: string,
  values?: string[],
): Promise<Row[]> {
  const client = new Postgres({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => undefined); // the pending query rejects
  try {
    await client.connect();
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    void client.end().catch(() => undefined);
  }
}
