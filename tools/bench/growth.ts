import { loadOrders, type Bench } from './bench';
import { growFinishedOrders, growRestaurants } from './growth-rows';
import { summarizePhases } from './measure/phase';
import type { Summary } from './measure/statistics';
import type { Settings } from './settings';

/** Orders while the databases hold what `name` says. */
export interface GrowthStage {
  name: string;
  /** Placement in milliseconds, one at a time. */
  place: Summary | null;
  /** Whole orders, 10 at a time. */
  perSecond: number;
  /** Processor time of PostgreSQL per order, in milliseconds. */
  postgresCpuMs: number | null;
}

/** Repeats the same loads over ever larger databases. The rows stay there. */
export async function measureGrowth(
  bench: Bench,
  { restaurants, finishedOrders }: NonNullable<Settings['growth']>,
): Promise<GrowthStage[]> {
  const { USER_DATABASE_URL, RESTAURANT_DATABASE_URL, DELIVERY_DATABASE_URL } = bench.env;
  const databases = { user: USER_DATABASE_URL, restaurant: RESTAURANT_DATABASE_URL, delivery: DELIVERY_DATABASE_URL };
  const stages = [await measureStage(bench, 'before')];
  for (const count of restaurants) {
    await growRestaurants(databases, count);
    stages.push(await measureStage(bench, `${count} restaurants`));
  }
  await growFinishedOrders(databases, finishedOrders);
  stages.push(await measureStage(bench, `and ${finishedOrders} finished orders`));
  return stages;
}

const warmUpMs = 1_000;

async function measureStage(bench: Bench, name: string): Promise<GrowthStage> {
  bench.say(`growth: ${name}`);
  await loadOrders(bench, 10, warmUpMs); // plans and caches adapt to the new rows
  const one = summarizePhases([await loadOrders(bench, 1)]);
  const ten = summarizePhases([await loadOrders(bench, 10)]);
  const postgresCpuMs = ten.cpuMsEach?.postgres ?? null;
  return { name, place: one.latency.place ?? null, perSecond: ten.perSecond, postgresCpuMs };
}
