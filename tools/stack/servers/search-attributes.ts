import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { searchAttributes } from '../../../contracts/names';
import { loadConfig, schemas } from '../../../lib/config/config';
import { temporalServer } from '../../../lib/temporal/connection';
import { messageOf } from '../../cli/cli';

/** The SDK's types as Temporal's command line and as its API (`temporal.api.enums.v1.IndexedValueType`) write them. */
const types = { KEYWORD: { cli: 'Keyword', value: 2 }, KEYWORD_LIST: { cli: 'KeywordList', value: 7 } } as const;

const all = Object.values(searchAttributes);

/** The search attributes with their types, as Temporal's command line writes them. */
export const searchAttributeFlags = Object.fromEntries(all.map(({ name, type }) => [name, types[type].cli]));

const visibleTimeoutMs = 20_000;
const pollMs = 200;

/** Adds the search attributes that the namespace lacks, and resolves to them when the server shows them. Throws with the server's address. */
export async function registerSearchAttributes(env: NodeJS.ProcessEnv): Promise<string[]> {
  const config = loadConfig(schemas.searchAttributes, env);
  const server = temporalServer(config);
  try {
    return await withConnection(server, (connection) => addMissing(connection, config.TEMPORAL_NAMESPACE));
  } catch (error) {
    throw new Error(`the search attributes of Temporal at ${server.address}: ${messageOf(error)}`, { cause: error });
  }
}

export async function withConnection<T>(server: ConnectionOptions, work: (connection: Connection) => Promise<T>) {
  const connection = await Connection.connect(server);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function addMissing({ operatorService }: Connection, namespace: string): Promise<string[]> {
  const findMissing = async () => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    return all.filter(({ name }) => !(name in (customAttributes ?? {})));
  };
  const missing = await findMissing();
  if (missing.length === 0) return [];
  const added = Object.fromEntries(missing.map(({ name, type }) => [name, types[type].value]));
  await operatorService.addSearchAttributes({ namespace, searchAttributes: added });
  const deadline = Date.now() + visibleTimeoutMs;
  while ((await findMissing()).length > 0) {
    if (Date.now() > deadline) throw new Error('it does not show those that were added');
    await sleep(pollMs);
  }
  return missing.map(({ name }) => name);
}

/** `node dist/tools/stack/servers/search-attributes.js`, for a system that the launcher does not start. */
if (require.main === module) {
  registerSearchAttributes(process.env).then(
    (added) => console.log(added.length > 0 ? `registered ${added.join(', ')}` : 'nothing to register'),
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
