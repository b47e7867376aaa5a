import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from '../instance';
import type { Part } from '../part';
import { loopback, type Ports } from '../ports';
import { searchAttributeFlags } from './search-attributes';

/**
 * Settings of the dev server, each measured on a two-core machine. docker-compose.yml has the same.
 */
export const dynamicConfig = {
  // Transfer and timer queues are read 20 times a second per shard by default, and the dev
  // server has one shard: every start of a task would wait for a 50 ms grid. Five steps in
  // a row: 550 ms by default, 66 ms with this.
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 2000,
  // A task queue is cut into four partitions by default. A few pollers then wait at one
  // while the task is in another, up to 2 s now and then; one partition has no such gap.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // A workflow that is deleted is gone when its queues have noted that it was closed: once a minute
  // by default, and `temporal workflow delete` takes half of that. With this 40 ms.
  'history.transferProcessorUpdateAckInterval': '"1s"', // JSON, as all values are
  'history.visibilityProcessorUpdateAckInterval': '"1s"',
};

/**
 * How the state file is written. WAL with fewer syncs: 31 workflows/s instead of 12, as
 * fast as in memory. A crash of the machine may lose the last moment; the file stays whole.
 */
export const sqlitePragmas = { journal_mode: 'WAL', synchronous: 'NORMAL' };

/** The dev server with its Web UI; its state is in a file and survives a restart. */
export function temporalPart(binary: string, instance: Instance, ports: Ports): Part {
  const folder = join(instance.dataDir, 'temporal');
  mkdirSync(folder, { recursive: true });
  const repeated = (flag: string, values: object) =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  return {
    name: 'temporal',
    command: binary,
    args: [
      ...[
        'server',
        'start-dev',
        '--ip',
        loopback,
        '--port',
        String(ports.temporal),
        '--ui-port',
        String(ports['temporal-ui']),
      ],
      ...['--db-filename', join(folder, 'temporal.db'), '--log-level', 'warn'],
      ...repeated('--sqlite-pragma', sqlitePragmas),
      ...repeated('--dynamic-config-value', dynamicConfig),
      ...repeated('--search-attribute', searchAttributeFlags),
    ],
    env: process.env,
    cwd: folder,
    address: `${loopback}:${ports.temporal}`,
    stopSignal: 'SIGTERM',
    stopLimitMs: 10_000,
    readyLimitMs: 60_000,
    isReady: () => servesNamespace(`${loopback}:${ports.temporal}`),
  };
}

async function servesNamespace(address: string): Promise<boolean> {
  const { Connection } = await import('@temporalio/client'); // A third of a second: not for every command.
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } finally {
    await connection.close();
  }
}
