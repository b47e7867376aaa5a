import { Client as Temporal, Connection } from '@temporalio/client';
import { Client as Postgres } from 'pg';
import { z } from 'zod';
import { connectionTo } from '../../lib/postgres/session';
import { dataConverterOf } from '../../lib/temporal/payload-codec';
import { payloadKeys } from '../../lib/temporal/payload-keys';

const systemVariables = z.object({
  USER_SERVICE_URL: z.url(),
  RESTAURANT_SERVICE_URL: z.url(),
  DELIVERY_SERVICE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_PAYLOAD_KEYS: z.preprocess((text) => text || undefined, payloadKeys.optional()),
  TEMPORAL_UI_URL: z.url().optional(),
  /** The stock command line. */
  TEMPORAL_CLI: z.string().min(1).default('temporal'),
  RABBITMQ_URL: z.url(),
  RABBITMQ_MANAGEMENT_URL: z.url().optional(),
  USER_DATABASE_URL: z.url(),
  RESTAURANT_DATABASE_URL: z.url(),
  DELIVERY_DATABASE_URL: z.url(),
  /** The launcher's control socket. */
  STACK_SOCKET: z.string().min(1),
});

/** The variables by which a tool finds the running system; `onFreshSystem` sets them. */
export type SystemVariables = z.infer<typeof systemVariables>;

/** Throws an Error that starts with `need` and names each missing or wrong variable. */
export function readSystemVariables(env: NodeJS.ProcessEnv, need: string): SystemVariables {
  const parsed = systemVariables.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${need}:\n${problems.join('\n')}`);
}

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

/** Runs one statement with values, or several. Resolves to the last one's rows. Does not wait for a frozen server to close the connection. */
export async function query<Row extends object>(url: string, sql: string, values?: unknown[]): Promise<Row[]> {
  const client = new Postgres({ ...connectionTo(url), connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => undefined); // the pending query rejects
  try {
    await client.connect();
    const results = [await client.query<Row>(sql, values)].flat(); // several statements have an array of results
    return results.at(-1)?.rows ?? [];
  } finally {
    void client.end().catch(() => undefined);
  }
}
