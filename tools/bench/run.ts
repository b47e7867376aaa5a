import { orderWorkflowId } from '../../contracts/names';
import { measureHandover } from './actors/hand-over';
import { addAgents } from './actors/world';
import { loadBaseline, loadOrders, loadOrdersAtRate, type Bench } from './bench';
import { measureBrowsing } from './browsing';
import { measureGrowth } from './growth';
import { readShape } from './measure/histories';
import { summarizePhases, type Phase } from './measure/phase';
import { readMemory } from './measure/processes';
import { readConditions, type Measured } from './report/measured';
import { concurrencies, type Concurrency } from './settings';
import { runSoak } from './soak';

/** Takes all measurements. The hand-over comes first: it needs few agents, and all other loads need many. */
export async function runBenchmark(bench: Bench): Promise<Measured> {
  const { platform, temporal, settings, env, say } = bench;
  const { agents, warmUpMs } = settings;
  const conditionsOf = readConditions();
  const agentIds = await addAgents(platform, settings.handover.agents);
  say('warming up');
  await loadOrders(bench, 10, warmUpMs);
  await loadBaseline(bench, 'local', 10, warmUpMs);
  say(`hand-over: ${settings.handover.orders} orders, ${settings.handover.agents} agents`);
  const handover = await measureHandover(bench, agentIds, settings.handover.orders);
  await addAgents(platform, agents - settings.handover.agents);

  const phases = await runClosedLoops(bench);
  const orders = byConcurrency((n) => summarizePhases(phases.orders[n]));
  const baseline = byConcurrency((n) => summarizePhases(phases.baseline[n]));
  say('bare workflows with regular activities, 50 at a time');
  const regular = summarizePhases([await loadBaseline(bench, 'regular', 50)]);
  const rate = orders[50].perSecond / 2;
  say(`orders at ${rate.toFixed(1)}/s`);
  const openPhase = await loadOrdersAtRate(bench, rate);
  const openLoop = { rate, ...summarizePhases([openPhase]) };

  say('histories');
  const histories = {
    order: await readShape(temporal, openPhase.lastIds.map(orderWorkflowId)),
    baseline: await readShape(temporal, lastIds(phases.baseline[50])),
  };
  const memoryMb = readMemory(bench.roots);
  say('browsing');
  const browsing = await measureBrowsing(env.USER_SERVICE_URL, env.RESTAURANT_SERVICE_URL, settings.browsingMs);
  const soak = settings.soakOrders > 0 ? await runSoak(bench) : null;
  const growth = settings.growth && (await measureGrowth(bench, settings.growth));
  const conditions = conditionsOf([...Object.values(orders), ...Object.values(baseline), openLoop]);
  return {
    conditions,
    settings,
    orders,
    baseline,
    regular,
    openLoop,
    handover,
    histories,
    memoryMb,
    browsing,
    soak,
    growth,
  };
}

type Phases = Record<Concurrency, Phase[]>;

/** Orders and bare workflows take turns in each round, so that both see the same machine. */
async function runClosedLoops(bench: Bench): Promise<{ orders: Phases; baseline: Phases }> {
  const { settings, say } = bench;
  const orders: Phases = byConcurrency(() => []);
  const baseline: Phases = byConcurrency(() => []);
  for (let round = 1; round <= settings.rounds; round += 1)
    for (const n of concurrencies) {
      say(`round ${round} of ${settings.rounds}: orders, then bare workflows, ${n} at a time`);
      orders[n].push(await loadOrders(bench, n));
      baseline[n].push(await loadBaseline(bench, 'local', n));
    }
  return { orders, baseline };
}

const byConcurrency = <T>(valueOf: (concurrency: Concurrency) => T): Record<Concurrency, T> => ({
  1: valueOf(1),
  10: valueOf(10),
  50: valueOf(50),
});

const lastIds = (phases: Phase[]): string[] => phases.at(-1)?.lastIds ?? [];
