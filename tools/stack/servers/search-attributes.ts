import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig, schemas } from '../../../lib/config/config';
import { temporalServer, type TemporalServer } from '../../../lib/temporal/connection';

/** What the Web UI's list can be filtered by, with the type of each. */
export const SEARCH_ATTRIBUTES = {
  OrderStatus: 'Keyword',
  DeliveryStatus: 'Keyword',
  UserId: 'Keyword',
  AgentId: 'Keyword',
  OrderAttention: 'Keyword',
  RestaurantIds: 'KeywordList',
} as const;

/** The numbers of `temporal.api.enums.v1.IndexedValueType`. */
const TYPE_NUMBERS = { Keyword: 2, KeywordList: 7 } as const;

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
      const names = Object.keys(SEARCH_ATTRIBUTES) as (keyof typeof SEARCH_ATTRIBUTES)[];
      return names.filter((name) => !(name in (customAttributes ?? {})));
    };
    const lacking = await missing();
    if (lacking.length === 0) return [];
    const searchAttributes = Object.fromEntries(lacking.map((name) => [name, TYPE_NUMBERS[SEARCH_ATTRIBUTES[name]]]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    const deadline = Date.now() + VISIBLE_LIMIT_MS;
    while ((await missing()).length > 0) {
      if (Date.now() > deadline)
        throw new Error(`${server.address} does not show the search attributes that were added`);
      await sleep(POLL_MS);
    }
    return lacking;
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
