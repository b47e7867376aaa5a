import { Client, Connection } from '@temporalio/client';
import { dataConverterOf } from '../../lib/temporal/payload-codec';
import type { Addresses } from './addresses';
import { startCeiling, type Ceiling } from './ceiling/ceiling';
import type { Shape } from './ceiling/shape';
import { closedLoop } from './load/closed-loop';
import { createHttpClient, type HttpClient } from './load/http';
import { openLoop } from './load/open-loop';
import { measure, type Phase } from './measure/phase';
import type { Roots } from './measure/processes';
import { stackProcesses } from './measure/stack-processes';
import { carryOrder, type People } from './people/order';
import { noRepeats } from './people/persistence';
import { openKitchens, type World } from './people/world';
import type { Concurrency, Settings } from './settings';
import { createStopwatch, type Stopwatch } from './stopwatch';

/** What every part of the benchmark works with. */
export interface Scene extends Stopwatch {
  addresses: Addresses;
  http: HttpClient;
  client: Client;
  ceiling: Ceiling;
  world: World;
  roots: Roots;
  settings: Settings;
  /** The last that were delivered, the newest last. */
  lastOrders: string[];
  lastBare: string[];
  /** The last of those that were delivered while 50 were under way. */
  lastAt50: string[];
}

/** Opens everything that the benchmark needs, hands it to `use`, and closes it again. */
export async function withScene<T>(
  addresses: Addresses,
  settings: Settings,
  say: (line: string) => void,
  use: (scene: Scene) => Promise<T>,
): Promise<T> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = addresses;
  const stopwatch = createStopwatch(say);
  const connection = await Connection.connect({ address });
  const http = createHttpClient();
  const ceiling = await stopwatch.step("starting the bare workflow's processes", () =>
    startCeiling(address, namespace),
  );
  try {
    const roots = {
      ...(await stackProcesses(addresses.STACK_SOCKET)),
      ...ceiling.pids,
      driver: process.pid,
      launcher: process.ppid,
    };
    const client = new Client({
      connection,
      namespace,
      dataConverter: dataConverterOf(addresses.TEMPORAL_PAYLOAD_KEYS),
    });
    const world = await stopwatch.step('adding restaurants', () => openKitchens(http, addresses));
    const last = { lastOrders: [], lastBare: [], lastAt50: [] };
    return await use({ ...stopwatch, addresses, http, client, ceiling, world, roots, settings, ...last });
  } finally {
    await ceiling.stop();
    http.close();
    await connection.close();
  }
}

const idsKept = 20;

/** Those who carry orders; each time others, who count from none what they repeat. */
export const peopleOf = ({ http, addresses, world, lastOrders }: Scene): People => ({
  http,
  addresses,
  world,
  repeats: noRepeats(),
  delivered: (orderId) => {
    lastOrders.push(orderId);
    if (lastOrders.length > idsKept) lastOrders.shift();
  },
});

/** Orders in a closed loop. */
export async function ordersAt(
  scene: Scene,
  concurrency: Concurrency,
  windowMs = scene.settings.windowMs[concurrency],
): Promise<Phase> {
  const people = peopleOf(scene);
  const loop = { concurrency, rampMs: scene.settings.rampMs[concurrency], windowMs };
  const phase = await measure(scene.roots, (hooks) => closedLoop(() => carryOrder(people), loop, hooks));
  return { ...phase, repeats: people.repeats };
}

/** Bare workflows in a closed loop, for as long as the orders have it. */
export async function bareAt(
  scene: Scene,
  shape: Shape,
  concurrency: Concurrency,
  windowMs = scene.settings.windowMs[concurrency],
): Promise<Phase> {
  const loop = { concurrency, rampMs: scene.settings.rampMs[concurrency], windowMs };
  const phase = await measure(scene.roots, (hooks) => scene.ceiling.run(shape, loop, hooks));
  if (shape === 'local') scene.lastBare.splice(0, Infinity, ...phase.lastIds);
  return phase;
}

/** Orders at a fixed rate, for so long that at least some are due. */
export async function ordersAtRate(scene: Scene, perSecond: number): Promise<Phase> {
  const people = peopleOf(scene);
  const windowMs = Math.max(scene.settings.openLoopMs, (leastDue * 1_000) / perSecond);
  const load = { perSecond, rampMs: scene.settings.rampMs[50], windowMs };
  const phase = await measure(scene.roots, (hooks) => openLoop((dueAt) => carryOrder(people, dueAt), load, hooks));
  return { ...phase, repeats: people.repeats };
}

const leastDue = 10;
