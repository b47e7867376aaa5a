import type { ServerName } from '../addresses';
import { findPostgres, findRabbitmq, findRedis, type RabbitmqBinaries } from './binaries';
import { INSTALLABLE, IN_CONTAINERS, ServerMissing, howToGet, installServers, type Installable } from './install';
import { findTemporal, obtainTemporal } from './temporal-cli';

/** The programs of the servers that this stack runs itself; undefined for all others. */
export interface ServerBinaries {
  postgres?: string;
  redis?: string;
  rabbitmq?: RabbitmqBinaries;
  temporal?: string;
}

/**
 * Finds the programs of the `wanted` servers, and installs those that are not there.
 * @throws ServerMissing if one cannot be had, with what a person can do about it.
 */
export async function ensureServers(wanted: Set<ServerName>, options: { yes: boolean }): Promise<ServerBinaries> {
  const lacking = missingPackages(wanted, look(wanted));
  if (lacking.length > 0) await installServers(lacking, options);
  const found = look(wanted);
  const still = missingPackages(wanted, found);
  if (still.length > 0) throw new ServerMissing(howToGet(still));
  if (wanted.has('temporal')) found.temporal ??= await obtainTemporal();
  if (wanted.has('temporal') && !found.temporal) {
    throw new ServerMissing(
      'Missing: the Temporal CLI. Put it on PATH (https://docs.temporal.io/cli, or `brew install temporal`),\n' +
        `or set TEMPORAL_ADDRESS to a running server,\n${IN_CONTAINERS}`,
    );
  }
  return found;
}

function look(wanted: Set<ServerName>): ServerBinaries {
  return {
    postgres: wanted.has('postgres') ? findPostgres() : undefined,
    redis: wanted.has('redis') ? findRedis() : undefined,
    rabbitmq: wanted.has('rabbitmq') ? findRabbitmq() : undefined,
    temporal: wanted.has('temporal') ? findTemporal() : undefined,
  };
}

function missingPackages(wanted: Set<ServerName>, found: ServerBinaries): Installable[] {
  const packaged = ['postgres', 'rabbitmq', 'redis'] as const;
  return packaged.filter((name) => wanted.has(name) && !found[name]).map((name) => INSTALLABLE[name]);
}
