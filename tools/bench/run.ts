import { loadavg } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import { orderMessages, orderWorkflowId } from '../../contracts/names';
import type { Addresses } from './addresses';
import { browse } from './browsing/browsing';
import { startCeiling } from './ceiling/ceiling';
import { measureGrowth } from './growth/growth';
import { createHttpClient } from './load/http';
import { shapeOf, signalTimes } from './measure/histories';
import { summarizePhases, type Phase, type PhaseSummary } from './measure/phase';
import { readMemory } from './measure/processes';
import { stackProcesses } from './measure/stack-processes';
import { handOver } from './people/couriers';
import { addAgents, openKitchens } from './people/world';
import { conditionsOf } from './report/conditions';
import type { Measured } from './report/measured';
import { bareAt, ordersAt, ordersAtRate, peopleOf, type Scene } from './scene';
import { busy, concurrencies, manyAgents, type Concurrency, type Settings } from './settings';
import { soak } from './soak';

/** Opens everything that the benchmark needs, hands it to `use`, and closes it again. */
export async function withScene<T>(
  addresses: Addresses,
  settings: Settings,
  say: (line: string) => void,
  use: (scene: Scene) => Promise<T>,
): Promise<T> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = addresses;
  const connection = await Connection.connect({ address });
  const http = createHttpClient();
  say('starting the bare workflow: its worker and its client');
  const ceiling = await startCeiling(address, namespace);
  try {
    const roots = {
      ...(await stackProcesses(addresses.STACK_SOCKET)),
      ...ceiling.pids,
      driver: process.pid,
      launcher: process.ppid,
    };
    const client = new Client({ connection, namespace });
    const world = await openKitchens(http, addresses);
    return await use({
      addresses,
      http,
      client,
      ceiling,
      world,
      roots,
      settings,
      say,
      lastOrders: [],
      lastBare: [],
      lastAt50: [],
    });
  } finally {
    await ceiling.stop();
    http.close();
    await connection.close();
  }
}

/**
 * Measures everything. Steps: few agents, warm-up, orders that wait for an agent; many agents, orders and bare workflows in turn,
 * orders at a fixed rate; histories, memory, browsing; and what was asked for besides.
 */
export async function run(scene: Scene): Promise<Measured> {
  const { addresses, http, client, settings, say } = scene;
  const startedAt = new Date();
  const loadBefore = loadavg()[0] ?? 0;
  const agentIds = await addAgents(http, addresses, busy.agents);
  await warmUp(scene);

  say(`${busy.orders} orders, ${busy.agents} agents: how long a freed one is without an order`);
  const handover = await handOver(peopleOf(scene), {
    agentIds,
    orderCount: busy.orders,
    databaseUrl: addresses.DELIVERY_DATABASE_URL,
    toldAt: (workflowIds) => signalTimes(client, workflowIds, orderMessages.agentAssigned),
  });
  await addAgents(http, addresses, manyAgents - busy.agents);

  const { orders, bare, regular } = await takeTurns(scene);
  const rate = orders[50].perSecond / 2;
  say(`orders at a fixed rate of ${rate.toFixed(1)}/s`);
  const openLoop = { rate, ...summarizePhases([await ordersAtRate(scene, rate)]) };

  const histories = {
    order: await shapeOf(client, scene.lastOrders.map(orderWorkflowId)),
    orderAt50: await shapeOf(client, scene.lastAt50.map(orderWorkflowId)),
    bare: await shapeOf(client, scene.lastBare),
  };
  const memoryMb = readMemory(scene.roots);
  say('browsing');
  const browsing = await browse(http, addresses, settings.browsingMs);
  const soaked = settings.soakOrders > 0 ? await soak(scene) : null;
  const growth = settings.growth ? await measureGrowth(scene) : null;
  const conditions = conditionsOf(startedAt, loadBefore, [...Object.values(orders), ...Object.values(bare), openLoop]);
  return {
    conditions,
    settings,
    orders,
    bare,
    regular,
    openLoop,
    handover,
    histories,
    memoryMb,
    browsing,
    soak: soaked,
    growth,
  };
}

async function warmUp(scene: Scene): Promise<void> {
  scene.say('warming up');
  const { warmUpMs } = scene.settings;
  const brief = { ...scene, settings: { ...scene.settings, windowMs: { 1: warmUpMs, 10: warmUpMs, 50: warmUpMs } } };
  await ordersAt(brief, 10);
  await bareAt(brief, 'local', 10);
}

type ByConcurrency = Record<Concurrency, PhaseSummary>;

/** The closed loops, in rounds: orders and bare workflows take turns, so that both see the same machine. */
async function takeTurns(
  scene: Scene,
): Promise<{ orders: ByConcurrency; bare: ByConcurrency; regular: Partial<ByConcurrency> }> {
  const phases = { orders: perConcurrency(), bare: perConcurrency(), regular: perConcurrency() };
  const { rounds } = scene.settings;
  for (let round = 1; round <= rounds; round += 1)
    for (const concurrency of concurrencies) {
      scene.say(`round ${round} of ${rounds}: ${concurrency} at a time`);
      phases.orders[concurrency].push(await ordersAt(scene, concurrency));
      if (concurrency === 50) scene.lastAt50.splice(0, Infinity, ...scene.lastOrders);
      phases.bare[concurrency].push(await bareAt(scene, 'local', concurrency));
      // For comparison only, so once is enough.
      if (round === 1 && concurrency !== 10)
        phases.regular[concurrency].push(await bareAt(scene, 'regular', concurrency));
    }
  const summaries = (kind: keyof typeof phases) => {
    const entries = concurrencies.map((concurrency) => [concurrency, phases[kind][concurrency]] as const);
    return Object.fromEntries(
      entries.filter(([, each]) => each.length > 0).map(([name, each]) => [name, summarizePhases(each)]),
    );
  };
  return {
    orders: summaries('orders') as ByConcurrency,
    bare: summaries('bare') as ByConcurrency,
    regular: summaries('regular'),
  };
}

const perConcurrency = (): Record<Concurrency, Phase[]> => ({ 1: [], 10: [], 50: [] });
