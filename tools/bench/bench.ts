import { Client, Connection } from '@temporalio/client';
import { createPlatform, urlsIn, type Platform } from '../platform/platform';
import { createKeepAlive } from '../platform/transport';
import { askStack } from '../stack/control';
import { readSystemVariables, type SystemVariables } from '../platform/variables';
import { createOrderActors } from './actors/orders';
import { createWorld, type World } from './actors/world';
import { bareJob, startBaselineWorker } from './baseline/baseline';
import type { Shape } from './baseline/workflow';
import { closedLoop, openLoop, type LoadResult, type WindowHooks, type Job } from './loops';
import { measure, type Phase } from './measure/phase';
import type { Roots } from './measure/processes';
import type { Concurrency, Settings } from './settings';

/** A running system with everything that the measurements use. */
export interface Bench {
  env: SystemVariables;
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

/** Throws an Error that names each variable that is missing from `env` or wrong. */
export async function withBench<T>(
  env: NodeJS.ProcessEnv,
  options: Pick<Bench, 'settings' | 'say'>,
  use: (bench: Bench) => Promise<T>,
): Promise<T> {
  const variables = readSystemVariables(env, 'This needs a system of its own (npm run bench starts one)');
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = variables;
  const connection = await Connection.connect({ address });
  const keepAlive = createKeepAlive();
  const worker = await startBaselineWorker(address, namespace);
  try {
    const platform = createPlatform({ urlOf: urlsIn(variables), transport: keepAlive.transport });
    const roots = {
      ...(await stackProcesses(variables.STACK_SOCKET)),
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

/** The processes of the running stack by their parts' names. */
async function stackProcesses(socketPath: string): Promise<Roots> {
  const reply = await askStack(socketPath, { command: 'status' });
  if (!reply?.ok) throw new Error('the launcher of the system does not answer');
  return Object.fromEntries(reply.status.parts.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid]])));
}

/** Whole orders in a closed loop. */
export function loadOrders(bench: Bench, concurrency: Concurrency, windowMs?: number): Promise<Phase> {
  return measureOrders(bench, (job, hooks) => closedLoop(job, loopOf(bench, concurrency, windowMs), hooks));
}

/** Bare workflows in a closed loop of the same length. */
export function loadBaseline(bench: Bench, shape: Shape, concurrency: Concurrency, windowMs?: number): Promise<Phase> {
  const job = bareJob(bench.temporal, shape);
  return measure(bench.roots, (hooks) => closedLoop(job, loopOf(bench, concurrency, windowMs), hooks));
}

const minDue = 10;

/** Orders at a fixed rate. The window is long enough for at least ten. */
export function loadOrdersAtRate(bench: Bench, perSecond: number): Promise<Phase> {
  const { openLoopMs, rampMs } = bench.settings;
  const windowMs = Math.max(openLoopMs, (minDue * 1_000) / perSecond);
  return measureOrders(bench, (job, hooks) => openLoop(job, { perSecond, rampMs: rampMs[50], windowMs }, hooks));
}

/** Runs a load of whole orders, and counts its retries. */
export async function measureOrders(
  { platform, world, roots }: Bench,
  load: (job: Job, hooks: WindowHooks) => Promise<LoadResult>,
): Promise<Phase> {
  const { deliver, retries } = createOrderActors(platform, world);
  return { ...(await measure(roots, (hooks) => load(deliver, hooks))), retries };
}

const loopOf = ({ settings: { rampMs, windowMs } }: Bench, concurrency: Concurrency, ms = windowMs[concurrency]) => ({
  concurrency,
  rampMs: rampMs[concurrency],
  windowMs: ms,
});
