import { loadavg } from 'node:os';
import { orderMessages, orderWorkflowId } from '../../contracts/names';
import { browse } from './browsing/browsing';
import { measureGrowth } from './growth/growth';
import { shapeOf, signalTimes } from './measure/histories';
import { summarizePhases, type Phase, type PhaseSummary } from './measure/phase';
import { readMemory } from './measure/processes';
import { handOver } from './people/couriers';
import { addAgents } from './people/world';
import { conditionsOf } from './report/conditions';
import type { Measured } from './report/measured';
import { bareAt, ordersAt, ordersAtRate, peopleOf, type Scene } from './scene';
import { concurrencies, type Concurrency } from './settings';
import { soak } from './soak';

/**
 * Measures everything. Steps: few agents, warm-up, orders that wait for an agent; many agents, orders and bare workflows in turn,
 * orders at a fixed rate; histories, memory, browsing; and what was asked for besides.
 */
export async function run(scene: Scene): Promise<Measured> {
  const { addresses, http, client, settings, step } = scene;
  const startedAt = new Date();
  const loadBefore = loadavg()[0] ?? 0;
  const { busy, manyAgents } = settings;
  const agentIds = await step('adding agents', () => addAgents(http, addresses, busy.agents));
  await step('warming up', () => warmUp(scene));

  const handover = await step(`${busy.orders} orders wait for ${busy.agents} agents`, () =>
    handOver(peopleOf(scene), {
      agentIds,
      orderCount: busy.orders,
      databaseUrl: addresses.DELIVERY_DATABASE_URL,
      toldAt: (workflowIds) => signalTimes(client, workflowIds, orderMessages.agentAssigned),
    }),
  );
  await step('adding agents', () => addAgents(http, addresses, manyAgents - busy.agents));

  const { orders, bare, regular } = await takeTurns(scene);
  const rate = orders[50].perSecond / 2;
  const openLoop = await step('orders at a fixed rate', async () => ({
    rate,
    ...summarizePhases([await ordersAtRate(scene, rate)]),
  }));

  const histories = await step('looking at histories', async () => ({
    order: await shapeOf(client, scene.lastOrders.map(orderWorkflowId)),
    orderAt50: await shapeOf(client, scene.lastAt50.map(orderWorkflowId)),
    bare: await shapeOf(client, scene.lastBare),
  }));
  const memoryMb = readMemory(scene.roots);
  const browsing = await step('browsing', () => browse(http, addresses, settings.browsingMs));
  const soaked = settings.soakOrders > 0 ? await soak(scene) : null;
  const sizes = settings.growth;
  const growth = sizes && (await measureGrowth(scene, sizes));
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
    seconds: scene.seconds,
  };
}

async function warmUp(scene: Scene): Promise<void> {
  const { warmUpMs } = scene.settings;
  await ordersAt(scene, 10, warmUpMs);
  await bareAt(scene, 'local', 10, warmUpMs);
}

type ByConcurrency = Record<Concurrency, PhaseSummary>;

/** The closed loops, in rounds: orders and bare workflows take turns, so that both see the same machine. */
async function takeTurns(
  scene: Scene,
): Promise<{ orders: ByConcurrency; bare: ByConcurrency; regular: Partial<ByConcurrency> }> {
  const phases = { orders: perConcurrency(), bare: perConcurrency(), regular: perConcurrency() };
  const { step, settings } = scene;
  for (let round = 1; round <= settings.rounds; round += 1)
    for (const n of concurrencies) {
      phases.orders[n].push(await step(`orders, ${n} at a time`, () => ordersAt(scene, n)));
      if (n === 50) scene.lastAt50.splice(0, Infinity, ...scene.lastOrders);
      phases.bare[n].push(await step(`bare workflows, ${n} at a time`, () => bareAt(scene, 'local', n)));
      // For comparison only, so once is enough.
      if (round === 1 && n !== 10)
        phases.regular[n].push(
          await step(`bare workflows with regular activities, ${n} at a time`, () => bareAt(scene, 'regular', n)),
        );
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
