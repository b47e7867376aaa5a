import { summarizePhases } from '../measure/phase';
import type { Summary } from '../measure/statistics';
import { ordersAt, type Scene } from '../scene';
import type { GrowthSizes } from '../settings';
import { measureMatching, type MatchCost } from './matching';
import { growFinishedOrders, growRestaurants } from './rows';

/** How the system does when there is much in its databases. */
export interface Growth {
  stages: GrowthStage[];
  matching: MatchCost[];
}

export interface GrowthStage {
  /** What has been added by now. */
  name: string;
  /** Of a placement, one at a time, in milliseconds. */
  place: Summary | null;
  /** Whole orders, 10 at a time. */
  perSecond: number;
  /** Of PostgreSQL, for an order, in milliseconds. */
  postgresCpuMs: number | null;
}

/** Carries orders after each stage of growth. The rows stay. */
export async function measureGrowth(scene: Scene, sizes: GrowthSizes): Promise<Growth> {
  const { addresses, step } = scene;
  const databases = {
    user: addresses.USER_DATABASE_URL,
    restaurant: addresses.RESTAURANT_DATABASE_URL,
    delivery: addresses.DELIVERY_DATABASE_URL,
  };
  const stages = [await stage(scene, 'as it was')];
  for (const count of sizes.restaurants) {
    await step('growth: adding rows', () => growRestaurants(databases, count));
    stages.push(await stage(scene, `${count} restaurants`));
  }
  await step('growth: adding rows', () => growFinishedOrders(databases, sizes.finishedOrders));
  stages.push(await stage(scene, `and ${sizes.finishedOrders} finished orders`));
  const matching = await step('growth: orders that wait for an agent', () =>
    measureMatching(databases.delivery, sizes),
  );
  return { stages, matching };
}

const stage = (scene: Scene, name: string): Promise<GrowthStage> =>
  scene.step(`growth: ${name}`, () => carryAt(scene, name));

async function carryAt(scene: Scene, name: string): Promise<GrowthStage> {
  await ordersAt(scene, 10, warmUpMs); // plans and caches know the new rows then
  const one = summarizePhases([await ordersAt(scene, 1)]);
  const ten = summarizePhases([await ordersAt(scene, 10)]);
  return {
    name,
    place: one.latency['place'] ?? null,
    perSecond: ten.perSecond,
    postgresCpuMs: ten.cpuMsEach?.['postgres'] ?? null,
  };
}

const warmUpMs = 1_000;
