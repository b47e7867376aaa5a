/** How the demo reaches the running system other than over HTTP. */
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { Client as Postgres } from 'pg';
import { z } from 'zod';
import { dataConverterOf } from '../../lib/temporal/payload-codec';
import { readVariables, systemVariables } from '../platform/variables';
import type { Cell } from './screen';

const environment = z.object({
  ...systemVariables,
  TEMPORAL_UI_URL: z.url().optional(),
  /** The stock command line. */
  TEMPORAL_CLI: z.string().min(1).default('temporal'),
  RABBITMQ_MANAGEMENT_URL: z.url().optional(),
});
export type Addresses = z.infer<typeof environment>;

/** Throws an Error that names each variable that is missing or wrong. */
export const readAddresses = (env: NodeJS.ProcessEnv): Addresses =>
  readVariables(environment, env, 'The demo needs a running system (npm run demo starts one)');

export async function withTemporal<T>(addresses: Addresses, use: (client: TemporalClient) => Promise<T>): Promise<T> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_PAYLOAD_KEYS: keys } = addresses;
  const connection = await Connection.connect({ address });
  try {
    return await use(new TemporalClient({ connection, namespace, dataConverter: dataConverterOf(keys) }));
  } finally {
    await connection.close();
  }
}

/** The rows of one SELECT, by column. */
export async function selectRows(connectionString: string, text: string, value: string) {
  const client = new Postgres({ connectionString });
  await client.connect();
  try {
    const { fields, rows } = await client.query<Cell[]>({ text, values: [value], rowMode: 'array' });
    return { columns: fields.map(({ name }) => name), rows };
  } finally {
    await client.end();
  }
}
