import { setTimeout as sleep } from 'node:timers/promises';
import { orderMessages, orderWorkflowId } from '../../contracts/names';
import { bodyOf } from '../platform/answer';
import { query } from '../platform/system';
import { addAgents } from '../platform/world';
import { aCourier } from '../stack/access';
import { measureBare, measureOrders, type Bench } from './bench';
import { measureBrowsing } from './browsing';
import { growFinishedOrders, growRestaurants } from './databases';
import { readShape, signalTime } from './measure/histories';
import { readConditions, summarizePhases, type Phase } from './measure/phase';
import { readMemory } from '../measure/processes';
import { summarize } from '../measure/statistics';
import { createOrderActors } from './orders';
import { measureStreams } from './streams';
import { concurrencies, loopOf, type Concurrency, type Settings } from './settings';

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
  await measureBare(bench, warmUp);
  say(`hand-over: ${settings.handover.orders} orders, ${settings.handover.agents} agents`);
  const handover = await measureHandover(bench, agentIds, settings.handover.orders);
  await addAgents(platform, settings.agents - settings.handover.agents);

  const phases = await runClosedLoops(bench);
  const orders = byConcurrency((n) => summarizePhases(phases.orders[n]));
  const baseline = byConcurrency((n) => summarizePhases(phases.baseline[n]));
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
  const streams = await measureStreams(bench, rate);
  const soak = settings.soakOrders > 0 ? await runSoak(bench, settings.soakOrders) : null;
  const growth = settings.growth && (await measureGrowth(bench, settings.growth));
  const conditions = conditionsOf([...Object.values(orders), ...Object.values(baseline), openLoop]);
  const loads = { orders, baseline, openLoop };
  return { conditions, settings, ...loads, handover, histories, memoryMb, browsing, streams, soak, growth };
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
      baseline[n].push(await measureBare(bench, loopOf(settings, n)));
    }
  return { orders, baseline };
}

const byConcurrency = <T>(valueOf: (concurrency: Concurrency) => T): Record<Concurrency, T> => ({
  1: valueOf(1),
  10: valueOf(10),
  50: valueOf(50),
});

/** Delivers many orders, 10 at a time, and takes a sample after each tenth. Throws when all orders of a tenth fail. */
async function runSoak(bench: Bench, total: number) {
  const batch = Math.ceil(total / 10);
  const maxWindowMs = 1_000 * batch; // a system that delivers less than one a second has failed
  const samples = [];
  for (let orders = batch; orders <= 10 * batch; orders += batch) {
    bench.say(`soak: up to ${orders} orders`);
    const phase = await measureOrders(bench, { concurrency: 10, rampMs: 0, windowMs: 0, minJobs: batch, maxWindowMs });
    const { perSecond, latency, failed } = summarizePhases([phase]);
    samples.push({
      /** All so far; the other fields are about the orders since the sample before. */
      orders,
      placeP50: latency['place']?.p50 ?? NaN,
      perSecond,
      failed,
      memoryMb: readMemory(bench.roots),
    });
  }
  return samples;
}

/** Repeats the same loads over ever larger databases. The rows stay there. */
async function measureGrowth(bench: Bench, { restaurants, finishedOrders }: NonNullable<Settings['growth']>) {
  const { env } = bench;
  const { USER_DATABASE_URL: user, RESTAURANT_DATABASE_URL: restaurant, DELIVERY_DATABASE_URL: delivery } = env;
  const stages = [await measureStage(bench, 'before')];
  for (const count of restaurants) {
    await growRestaurants(restaurant, count);
    stages.push(await measureStage(bench, `${count} restaurants`));
  }
  await growFinishedOrders({ user, restaurant, delivery }, finishedOrders);
  stages.push(await measureStage(bench, `and ${finishedOrders} finished orders`));
  return stages;
}

const warmUpMs = 1_000;

async function measureStage(bench: Bench, name: string) {
  bench.say(`growth: ${name}`);
  await measureOrders(bench, { ...loopOf(bench.settings, 10), windowMs: warmUpMs }); // plans and caches adapt to the new rows
  const one = summarizePhases([await measureOrders(bench, loopOf(bench.settings, 1))]);
  const ten = summarizePhases([await measureOrders(bench, loopOf(bench.settings, 10))]);
  const { place = null } = one.latency;
  return { name, place, perSecond: ten.perSecond, postgresCpuMs: ten.cpuMsEach?.['postgres'] ?? null };
}

const pollMs = 10;
const jobTimeoutMs = 30_000;

/** Confirms more orders than there are agents, has each agent deliver until none is left, and measures how long freed agents wait. */
async function measureHandover(bench: Bench, agentIds: readonly string[], orders: number) {
  const actors = createOrderActors(bench.platform, bench.world);
  const open = new Set<string>();
  let toPlace = orders;
  const forEachAgent = (work: (agentId: string) => Promise<void>) => Promise.all(agentIds.map(work));
  await forEachAgent(async () => {
    while (toPlace-- > 0) {
      const { orderId, restaurantId } = await actors.place();
      open.add(orderId);
      await actors.confirm(orderId, restaurantId);
    }
  });
  const orderIds = [...open];
  await forEachAgent(async (agentId) => {
    const courier = bench.platform.as(aCourier(agentId));
    let deadline = performance.now() + jobTimeoutMs;
    while (open.size > 0 && performance.now() < deadline) {
      const { data } = bodyOf(await courier.deliveries({ agent_id: agentId, status: 'PENDING', limit: 1 }));
      const orderId = data.deliveries[0]?.order_id;
      if (orderId === undefined) {
        await sleep(pollMs);
        continue;
      }
      await actors.move(orderId, 'PICKED_UP');
      await actors.move(orderId, 'DELIVERED');
      open.delete(orderId);
      deadline = performance.now() + jobTimeoutMs;
    }
  });
  await Promise.all([...open].map(actors.cancel));
  return summarizeHandover(bench, orderIds);
}

/** Of the orders whose agent had delivered another before: ms from when the delivery database freed the agent to the workflow's signal. */
async function summarizeHandover({ env, temporal }: Bench, orderIds: string[]) {
  const jobs = await query<{ orderId: string; freedAt: number }>(
    env.DELIVERY_DATABASE_URL,
    `SELECT "orderId", 1000 * extract(epoch FROM freed)::float8 AS "freedAt" FROM (
       SELECT *, lag("completedAt") OVER (PARTITION BY "agentId" ORDER BY "assignedAt") AS freed
       FROM "DeliveryAssignment" WHERE "orderId" = ANY($1::uuid[])
     ) jobs WHERE freed IS NOT NULL`,
    [orderIds],
  );
  const notified: number[] = [];
  for (const { orderId, freedAt } of jobs) {
    const notifiedAt = await signalTime(temporal, orderWorkflowId(orderId), orderMessages.agentAssigned);
    if (notifiedAt !== undefined) notified.push(notifiedAt - freedAt);
  }
  return summarize(notified);
}
