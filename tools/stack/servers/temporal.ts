import { join } from 'node:path';
import { privateFolder } from '../instance';
import type { Part, ServerOptions } from '../part';
import { loopback } from '../ports';
import { searchAttributeFlags, withConnection } from './search-attributes';

/** Settings of the dev server, each measured on two cores. docker-compose.yml has the same. */
export const dynamicConfig = {
  // By default each shard reads its transfer and timer queues 20 times a second, and the dev server has one shard: every task would start on
  // a 50 ms grid. Five steps in a row take 550 ms by default, 66 ms with this.
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 2000,
  // By default a task queue has four partitions, and a poller can wait at one for up to 2 s while the task is in another.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // A workflow can be deleted once the queues have acknowledged that it was closed, which they do once a minute by default: `temporal
  // workflow delete` takes half of that, and 40 ms with this.
  'history.transferProcessorUpdateAckInterval': '"1s"', // JSON, as all values are
  'history.visibilityProcessorUpdateAckInterval': '"1s"',
};

/** WAL with fewer syncs: 31 workflows/s, not 12, as in memory. A crash of the machine may lose the last moment; the file stays intact. */
export const sqlitePragmas = { journal_mode: 'WAL', synchronous: 'NORMAL' };

/** The dev server with its Web UI. Its state is in a file and survives a restart. */
export function temporalPart(binary: string, { instance, ports }: ServerOptions): Part {
  const folder = privateFolder(join(instance.dataDir, 'temporal'));
  const address = `${loopback}:${ports.temporal}`;
  const repeated = (flag: string, values: object) =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  return {
    name: 'temporal',
    command: binary,
    args: [
      ...['server', 'start-dev', '--ip', loopback],
      ...['--port', String(ports.temporal), '--ui-port', String(ports['temporal-ui'])],
      ...['--db-filename', join(folder, 'temporal.db'), '--log-level', 'warn'],
      ...repeated('--sqlite-pragma', sqlitePragmas),
      ...repeated('--dynamic-config-value', dynamicConfig),
      ...repeated('--search-attribute', searchAttributeFlags),
    ],
    env: process.env,
    cwd: folder,
    address,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
    readyTimeoutMs: 60_000,
    isReady: () =>
      withConnection({ address, connectTimeout: 2_000 }, async ({ workflowService }) => {
        await workflowService.describeNamespace({ namespace: 'default' });
        return true;
      }),
  };
}
