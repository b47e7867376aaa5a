/** How orders change with the age of the system. */
import { measureOrders, type Bench } from './bench';
import { growFinishedOrders, growRestaurants } from './databases';
import { summarizePhases } from './measure/phase';
import { readMemory } from './measure/processes';
import { loopOf, type Settings } from './settings';

/** Delivers many orders, 10 at a time, and takes a sample after each tenth. Throws when all orders of a tenth fail. */
export async function runSoak(bench: Bench, total: number) {
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
export async function measureGrowth(bench: Bench, { restaurants, finishedOrders }: NonNullable<Settings['growth']>) {
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
