import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { startChild } from '../platform/child';
import { createPlatform } from '../platform/platform';
import { createKeepAlive } from '../platform/send';
import { readSystemVariables } from '../platform/system';
import { requestStack } from '../stack/control';
import { bareTaskQueue, bareUpdate, bareWorkflow } from './baseline/workflow';
import type { ClosedLoop, Job } from '../measure/loops';
import { measure, type Load, type Phase } from './measure/phase';
import type { Roots } from '../measure/processes';
import { createOrderActors, createWorld } from './orders';
import type { Settings } from './settings';

export type Bench = Awaited<ReturnType<typeof openBench>>;

/** Connects to the system in `env`, for the life of this process. Throws an Error that names each variable that is missing or wrong. */
export async function openBench(env: NodeJS.ProcessEnv, settings: Settings, say: (progress: string) => void) {
  const variables = readSystemVariables(env, 'This needs a system of its own (npm run bench starts one)');
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = variables;
  /** Does not decode payloads. */
  const temporal = new Client({ connection: await Connection.connect({ address }), namespace });
  const platform = createPlatform({ transport: createKeepAlive().transport });
  const world = await createWorld(platform);
  const worker = await startChild(join(__dirname, 'baseline', 'worker.js'), [address, namespace]);
  const { parts } = await requestStack(variables.STACK_SOCKET, { command: 'status' });
  const roots: Roots = {
    ...Object.fromEntries(parts.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid]]))),
    'baseline-worker': worker.pid,
    driver: process.pid, // also the client of the bare workflow
    launcher: process.ppid,
  };
  return { env: variables, platform, temporal, world, roots, settings, say, stopWorker: worker.stop };
}

export async function measureOrders({ platform, world, roots }: Bench, load: Load): Promise<Phase> {
  const { deliver, retries } = createOrderActors(platform, world);
  return { ...(await measure(roots, deliver, load)), retries };
}

export const measureBare = ({ temporal, roots }: Bench, load: ClosedLoop): Promise<Phase> =>
  measure(roots, bareJob(temporal), load);

/** Starts a bare workflow and sends its updates, as the APIs do for an order. */
const bareJob =
  ({ workflow }: Client): Job =>
  async () => {
    const id = `baseline-${randomUUID()}`;
    const startedAt = performance.now();
    const startWorkflowOperation = new WithStartWorkflowOperation(bareWorkflow, {
      workflowId: id,
      taskQueue: bareTaskQueue,
      args: ['local'],
      workflowIdConflictPolicy: 'FAIL',
    });
    await workflow.executeUpdateWithStart(bareUpdate, { startWorkflowOperation });
    const placedAt = performance.now();
    const handle = workflow.getHandle(id);
    for (let update = 0; update < 3; update += 1) await handle.executeUpdate(bareUpdate);
    const endedAt = performance.now();
    const timings = { place: placedAt - startedAt, update: (endedAt - placedAt) / 3, whole: endedAt - startedAt };
    return { id, timings };
  };
