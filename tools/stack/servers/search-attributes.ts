import { setTimeout as sleep } from 'node:timers/promises';
import { searchAttributes } from '../../../contracts/names';
import { loadConfig, schemas } from '../../../lib/config/config';
import { temporalServer, type TemporalServer } from '../../../lib/temporal/server';

/** The names of the SDK's types in Temporal's command line and in `temporal.api.enums.v1.IndexedValueType`. */
const types = { KEYWORD: { cli: 'Keyword', value: 2 }, KEYWORD_LIST: { cli: 'KeywordList', value: 7 } } as const;

const all = Object.values(searchAttributes);

/** The search attributes with their types, as Temporal's command line writes them. */
export const searchAttributeFlags = Object.fromEntries(all.map(({ name, type }) => [name, types[type].cli]));

const VISIBLE_LIMIT_MS = 20_000;
const POLL_MS = 200;

/**
 * Adds the search attributes that a namespace lacks (a server that was not started by us,
 * or a state file from before one was added) and resolves when the server knows them,
 * to the names of those that it added: a second run resolves to an empty list.
 */
export async function registerSearchAttributes(server: TemporalServer, namespace: string): Promise<string[]> {
  const { Connection } = await import('@temporalio/client'); // A third of a second: not for every command.
  const connection = await Connection.connect(server);
  try {
    const missing = async () => {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      return all.filter(({ name }) => !(name in (customAttributes ?? {})));
    };
    const lacking = await missing();
    if (lacking.length === 0) return [];
    const added = Object.fromEntries(lacking.map(({ name, type }) => [name, types[type].value]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: added });
    const deadline = Date.now() + VISIBLE_LIMIT_MS;
    while ((await missing()).length > 0) {
      if (Date.now() > deadline)
        throw new Error(`${server.address} does not show the search attributes that were added`);
      await sleep(POLL_MS);
    }
    return lacking.map(({ name }) => name);
  } finally {
    await connection.close();
  }
}

/** `node dist/tools/stack/servers/search-attributes.js`, for a system that is not started by the launcher. */
if (require.main === module) {
  registerFromEnvironment().then(
    (added) => console.log(added.length > 0 ? `registered ${added.join(', ')}` : 'nothing to register'),
    (error: unknown) => {
      console.error('the search attributes:', error);
      process.exitCode = 1;
    },
  );
}

async function registerFromEnvironment(): Promise<string[]> {
  const config = loadConfig(schemas.searchAttributes, process.env);
  return registerSearchAttributes(temporalServer(config), config.TEMPORAL_NAMESPACE);
}
