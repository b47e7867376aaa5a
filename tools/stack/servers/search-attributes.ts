import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig, schemas } from '../../../lib/config/config';
import { temporalServer, type TemporalServer } from '../../../lib/temporal/server';

/** By which the Web UI's list can be filtered, each with its type. */
export const SEARCH_ATTRIBUTES = {
  OrderStatus: 'Keyword',
  DeliveryStatus: 'Keyword',
  UserId: 'Keyword',
  AgentId: 'Keyword',
  OrderAttention: 'Keyword',
  RestaurantIds: 'KeywordList',
} as const;

/** The numbers of `temporal.api.enums.v1.IndexedValueType`. */
const typeNumbers = { Keyword: 2, KeywordList: 7 } as const;

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
      const names = Object.keys(SEARCH_ATTRIBUTES) as (keyof typeof SEARCH_ATTRIBUTES)[];
      return names.filter((name) => !(name in (customAttributes ?? {})));
    };
    const lacking = await missing();
    if (lacking.length === 0) return [];
    const searchAttributes = Object.fromEntries(lacking.map((name) => [name, typeNumbers[SEARCH_ATTRIBUTES[name]]]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    const deadline = Date.now() + visibleTimeoutMs;
    while ((await missing()).length > 0) {
      if (Date.now() > deadline)
        throw new Error(`${server.address} does not show the search attributes that were added`);
      await sleep(pollMs);
    }
    return lacking;
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
