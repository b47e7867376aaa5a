import { Redis, type Cluster, type RedisOptions } from 'ioredis';
import type { Registry } from 'prom-client';
import type { Log } from '../logging/log';
import { errorSummary } from '../process/startup-retry';
import { readRedisUrl } from './address';

export interface RedisClientOptions {
  /** The CA of a `rediss://` server. Defaults to Node's CAs. */
  ca?: string | undefined;
  registry?: Registry;
}

interface UseOfRedis {
  /** For the log: what is unavailable without Redis. */
  what: string;
  ca?: string | undefined;
  options: Pick<RedisOptions, 'commandTimeout' | 'enableAutoPipelining'>;
}

/**
 * A Redis that nothing depends on. It is unavailable while it is down or hangs, and while it refuses commands: a server that was demoted in a
 * failover (READONLY), or that loads, is full or has lost its cluster. Then it is reconnected, which finds the new primary by its name, a
 * sentinel or the cluster.
 */
export function openRedis(url: string, log: Log, { what, ca, options }: UseOfRedis) {
  const client = connect(url, ca, options);
  client.on('error', (error: Error) => log.warn({ event: 'redis-error', err: error }, `${what} is unavailable`));
  let isRefusing = false;

  const noteRefusal = (reason: string): void => {
    if (!isRefusing) log.warn({ event: 'redis-refused', reason }, `${what} is unavailable: Redis refuses commands`);
    isRefusing = true;
  };
  const noteWrite = (): void => {
    if (isRefusing) log.info({ event: 'redis-accepted' }, `${what} is available again`);
    isRefusing = false;
  };
  /** The commands on which it starts to hang wait for their timeout; it is not `ready` again before it answers. */
  const reconnect = (cause: unknown): void => {
    if (cause instanceof Error && cause.name === 'ReplyError') noteRefusal(errorSummary(cause));
    client.disconnect(true);
  };
  const attempt = async <T>(command: () => Promise<T>): Promise<T | undefined> => {
    if (client.status !== 'ready') return undefined;
    try {
      return await command();
    } catch (error) {
      reconnect(error);
      return undefined;
    }
  };

  return {
    client,
    /** Returns a command's result, or undefined, at once, while Redis is unavailable. */
    read: attempt,
    /** As `read`, for a command that a demoted server refuses. */
    async write<T>(command: () => Promise<T>): Promise<T | undefined> {
      const result = await attempt(command);
      if (result !== undefined) noteWrite();
      return result;
    },
    /** Rejects when Redis does not answer or does not take writes. */
    check: async (): Promise<void> => {
      try {
        await client.set('food-delivery:check', '1', 'EX', 10);
        noteWrite();
      } catch (error) {
        if (client.status === 'ready') reconnect(error);
        throw error;
      }
    },
    close: () => client.disconnect(),
  };
}

function connect(url: string, ca: string | undefined, options: UseOfRedis['options']): Redis | Cluster {
  const { hosts, isSecure, sentinel, ...account } = readRedisUrl(url);
  const shared: RedisOptions = {
    ...account,
    ...(isSecure && { tls: { ...(ca !== undefined && { ca }) } }),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    disconnectTimeout: 0, // a server that hangs would not close its end
    ...options,
  };
  const retryStrategy = (attempt: number): number => Math.min(attempt * 200, 5_000);
  const [first] = hosts;
  if (sentinel !== undefined)
    return new Redis({
      ...shared,
      retryStrategy,
      sentinels: hosts,
      name: sentinel,
      enableTLSForSentinelMode: isSecure,
    });
  if (hosts.length === 1) return new Redis({ ...shared, retryStrategy, ...first });
  return new Redis.Cluster(hosts, {
    redisOptions: shared,
    enableOfflineQueue: false,
    clusterRetryStrategy: retryStrategy,
    dnsLookup: (address, callback) => callback(null, address), // certificates name hosts
  });
}
