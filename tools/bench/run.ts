import { orderWorkflowId } from '../../contracts/names';
import { measureHandover } from './actors/hand-over';
import { addAgents } from './actors/world';
import { measureGrowth, runSoak } from './aging';
import { measureBare, measureOrders, type Bench } from './bench';
import { measureBrowsing } from './browsing';
import { readConditions } from './measure/conditions';
import { readShape } from './measure/histories';
import { summarizePhases, type Phase } from './measure/phase';
import { readMemory } from './measure/processes';
import { concurrencies, loopOf, type Concurrency } from './settings';

/** Times in milliseconds, memory in megabytes. Without /proc, memory and processor times are null. */
export type Measured = Awaited<ReturnType<typeof runBenchmark>>;

/** Takes all measurements. The hand-over comes first: it needs few agents, and all other loads need many. */
export async function runBenchmark(bench: Bench) {
  const { platform, temporal, settings, env, say } = bench;
  const conditionsOf = readConditions();
  const agentIds = await addAgents(platform, settings.handover.agents);
  say('warming up');
  const warmUp = { ...loopOf(settings, 10), windowMs: settings.warmUpMs };
  await measureOrders(bench, warmUp);
  await measureBare(bench, 'local', warmUp);
  say(`hand-over: ${settings.handover.orders} orders, ${settings.handover.agents} agents`);
  const handover = await measureHandover(bench, agentIds, settings.handover.orders);
  await addAgents(platform, settings.agents - settings.handover.agents);

  const phases = await runClosedLoops(bench);
  /** By the number in flight. */
  const orders = byConcurrency((n) => summarizePhases(phases.orders[n]));
  const baseline = byConcurrency((n) => summarizePhases(phases.baseline[n]));
  say('bare workflows with regular activities, 50 at a time');
  const regular = summarizePhases([await measureBare(bench, 'regular', loopOf(settings, 50))]);
  const rate = orders[50].perSecond / 2;
  say(`orders at ${rate.toFixed(1)}/s`);
  const windowMs = Math.max(settings.openLoopMs, 10_000 / rate); // ten orders at least
  const openPhase = await measureOrders(bench, { perSecond: rate, rampMs: settings.rampMs[50], windowMs });
  const openLoop = { rate, ...summarizePhases([openPhase]) };

  say('histories');
  const histories = {
    // Of the open loop: under less load nothing is retried.
    order: await readShape(temporal, openPhase.ids.slice(-sampled).map(orderWorkflowId)),
    baseline: await readShape(temporal, phases.baseline[50].flatMap(({ ids }) => ids).slice(-sampled)),
  };
  const memoryMb = readMemory(bench.roots);
  say('browsing');
  const browsing = await measureBrowsing(env.USER_SERVICE_URL, env.RESTAURANT_SERVICE_URL, settings.browsingMs);
  const soak = settings.soakOrders > 0 ? await runSoak(bench, settings.soakOrders) : null;
  const growth = settings.growth && (await measureGrowth(bench, settings.growth));
  const conditions = conditionsOf([...Object.values(orders), ...Object.values(baseline), openLoop]);
  const loads = { orders, baseline, regular, openLoop };
  return { conditions, settings, ...loads, handover, histories, memoryMb, browsing, soak, growth };
}

const sampled = 20;

type Phases = Record<Concurrency, Phase[]>;

/** Orders and bare workflows take turns in each round, so that both see the same machine. */
async function runClosedLoops(bench: Bench): Promise<{ orders: Phases; baseline: Phases }> {
  const { settings, say } = bench;
  const orders: Phases = byConcurrency(() => []);
  const baseline: Phases = byConcurrency(() => []);
  for (let round = 1; round <= settings.rounds; round += 1)
    for (const n of concurrencies) {
      say(`round ${round} of ${settings.rounds}: orders, then bare workflows, ${n} at a time`);
      orders[n].push(await measureOrders(bench, loopOf(settings, n)));
      baseline[n].push(await measureBare(bench, 'local', loopOf(settings, n)));
    }
  return { orders, baseline };
}

const byConcurrency = <T>(valueOf: (concurrency: Concurrency) => T): Record<Concurrency, T> => ({
  1: valueOf(1),
  10: valueOf(10),
  50: valueOf(50),
});
