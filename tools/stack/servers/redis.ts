import { join } from 'node:path';
import Redis from 'ioredis';
import { privateFolder } from '../instance';
import type { Part, ServerOptions } from '../part';
import { loopback } from '../ports';

/** Snapshots once a minute and at shutdown: it is a cache. */
export function redisPart(binary: string, { instance, ports }: ServerOptions): Part {
  const folder = privateFolder(join(instance.dataDir, 'redis'));
  return {
    name: 'redis',
    command: binary,
    args: ['--port', String(ports.redis), '--bind', loopback, '--dir', folder, '--save', '60 1', '--appendonly', 'no'],
    env: process.env,
    cwd: folder,
    address: `redis://${loopback}:${ports.redis}`,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 5_000,
    readyTimeoutMs: 20_000,
    isReady: () => answersPing(ports.redis),
  };
}

async function answersPing(port: number): Promise<boolean> {
  const redis = new Redis(port, loopback, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1_000 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } finally {
    redis.disconnect();
  }
}
