import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { createPlatform, urlsIn, type Platform } from '../platform/platform';
import { createKeepAlive } from '../platform/transport';
import { readVariables, systemVariables } from '../platform/variables';
import { requestStack } from '../stack/control';
import { createOrderActors } from './actors/orders';
import { createWorld, type World } from './actors/world';
import { bareJob } from './baseline/job';
import type { Shape } from './baseline/workflow';
import { startChild } from './child';
import type { ClosedLoop } from './loops';
import { measure, type Load, type Phase } from './measure/phase';
import type { Roots } from './measure/processes';
import type { Settings } from './settings';

/** A running system with everything that the measurements use. */
export interface Bench {
  env: z.infer<typeof environment>;
  /** Sends as the operator, without retries. */
  platform: Platform;
  /** Does not decode payloads. */
  temporal: Client;
  world: World;
  /** The processes whose processor time and memory are read. */
  roots: Roots;
  settings: Settings;
  /** Reports progress. */
  say: (line: string) => void;
}

const environment = z.object(systemVariables);

/** Throws an Error that names each variable that is missing from `env` or wrong. */
export async function withBench<T>(
  env: NodeJS.ProcessEnv,
  options: Pick<Bench, 'settings' | 'say'>,
  use: (bench: Bench) => Promise<T>,
): Promise<T> {
  const variables = readVariables(environment, env, 'This needs a system of its own (npm run bench starts one)');
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = variables;
  const connection = await Connection.connect({ address });
  const keepAlive = createKeepAlive();
  const worker = await startChild(join(__dirname, 'baseline', 'worker.js'), [address, namespace]);
  try {
    const platform = createPlatform({ urlOf: urlsIn(variables), transport: keepAlive.transport });
    const { parts } = await requestStack(variables.STACK_SOCKET, { command: 'status' });
    const roots = {
      ...Object.fromEntries(parts.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid]]))),
      'baseline-worker': worker.pid,
      driver: process.pid, // also the client of the bare workflow
      launcher: process.ppid,
    };
    const temporal = new Client({ connection, namespace });
    const world = await createWorld(platform);
    return await use({ ...options, env: variables, platform, temporal, world, roots });
  } finally {
    await worker.stop();
    keepAlive.close();
    await connection.close();
  }
}

/** Whole orders, and the retries that they need. */
export async function measureOrders({ platform, world, roots }: Bench, load: Load): Promise<Phase> {
  const { deliver, retries } = createOrderActors(platform, world);
  return { ...(await measure(roots, deliver, load)), retries };
}

/** Bare workflows. */
export const measureBare = ({ temporal, roots }: Bench, shape: Shape, load: ClosedLoop): Promise<Phase> =>
  measure(roots, bareJob(temporal, shape), load);
