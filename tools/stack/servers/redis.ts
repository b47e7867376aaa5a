import { createConnection } from 'node:net';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loopback } from '../ports';
import type { Part, ServerOptions } from '../part';

/** Snapshots once a minute and at shutdown: it is a cache. */
export function redisPart(binary: string, { instance, ports }: ServerOptions): Part {
  const folder = join(instance.dataDir, 'redis');
  mkdirSync(folder, { recursive: true });
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

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: loopback, port });
    socket.setTimeout(1_000, () => socket.destroy(new Error('no answer to PING')));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
