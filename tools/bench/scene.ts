import type { Client } from '@temporalio/client';
import type { Addresses } from './addresses';
import type { Ceiling } from './ceiling/ceiling';
import type { Shape } from './ceiling/shape';
import { closedLoop } from './load/closed-loop';
import type { HttpClient } from './load/http';
import { openLoop } from './load/open-loop';
import { measure, type Phase } from './measure/phase';
import type { Roots } from './measure/processes';
import { carryOrder, type People } from './people/order';
import type { World } from './people/world';
import type { Concurrency, Settings } from './settings';

/** What every part of the benchmark works with. */
export interface Scene {
  addresses: Addresses;
  http: HttpClient;
  client: Client;
  ceiling: Ceiling;
  world: World;
  roots: Roots;
  settings: Settings;
  say: (line: string) => void;
  /** The last that were delivered, the newest last. */
  lastOrders: string[];
  lastBare: string[];
  /** The last of those that were delivered while 50 were under way. */
  lastAt50: string[];
}

const idsKept = 20;

export const peopleOf = ({ http, addresses, world, lastOrders }: Scene): People => ({
  http,
  addresses,
  world,
  delivered: (orderId) => {
    lastOrders.push(orderId);
    if (lastOrders.length > idsKept) lastOrders.shift();
  },
});

/** Orders in a closed loop. */
export function ordersAt(
  scene: Scene,
  concurrency: Concurrency,
  windowMs = scene.settings.windowMs[concurrency],
): Promise<Phase> {
  const people = peopleOf(scene);
  const loop = { concurrency, rampMs: scene.settings.rampMs, windowMs };
  return measure(scene.roots, (hooks) => closedLoop(() => carryOrder(people), loop, hooks));
}

/** Bare workflows in a closed loop, for as long as the orders have it. */
export async function bareAt(scene: Scene, shape: Shape, concurrency: Concurrency): Promise<Phase> {
  const { windowMs, rampMs } = scene.settings;
  const loop = { concurrency, rampMs, windowMs: windowMs[concurrency] };
  const phase = await measure(scene.roots, (hooks) => scene.ceiling.run(shape, loop, hooks));
  if (shape === 'local') scene.lastBare.splice(0, Infinity, ...phase.lastIds);
  return phase;
}

/** Orders at a fixed rate. */
export function ordersAtRate(scene: Scene, perSecond: number): Promise<Phase> {
  const people = peopleOf(scene);
  const load = { perSecond, rampMs: scene.settings.rampMs, windowMs: scene.settings.openLoopMs };
  return measure(scene.roots, (hooks) => openLoop((dueAt) => carryOrder(people, dueAt), load, hooks));
}
