import { setTimeout as sleep } from 'node:timers/promises';
import { searchAttributes } from '../../../contracts/names';
import { loadConfig, schemas } from '../../../lib/config/config';
import { temporalServer, type TemporalServer } from '../../../lib/temporal/connection';

/** The SDK's types as Temporal's command line and as its API (`temporal.api.enums.v1.IndexedValueType`) write them. */
const types = { KEYWORD: { cli: 'Keyword', value: 2 }, KEYWORD_LIST: { cli: 'KeywordList', value: 7 } } as const;

const all = Object.values(searchAttributes);

/** The search attributes with their types, as Temporal's command line writes them. */
export const searchAttributeFlags = Object.fromEntries(all.map(({ name, type }) => [name, types[type].cli]));

const visibleTimeoutMs = 20_000;
const pollMs = 200;

/**
 * Adds the search attributes that a namespace lacks (an external server, or a state file from before one was added). Resolves when the
 * server shows them, to the names of those that it added: a second run resolves to an empty list.
 */
export async function registerSearchAttributes(server: TemporalServer, namespace: string): Promise<string[]> {
  const { Connection } = await import('@temporalio/client'); // Loading it takes 0.3 s, which other commands need not wait.
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
    const deadline = Date.now() + visibleTimeoutMs;
    while ((await missing()).length > 0) {
      if (Date.now() > deadline)
        throw new Error(`${server.address} does not show the search attributes that were added`);
      await sleep(pollMs);
    }
    return lacking.map(({ name }) => name);
  } finally {
    await connection.close();
  }
}

/** `node dist/tools/stack/servers/search-attributes.js`, for a system that the launcher does not start. */
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
