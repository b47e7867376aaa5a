import { summarizePhases } from '../measure/phase';
import type { Summary } from '../measure/statistics';
import { ordersAt, type Scene } from '../scene';
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

const restaurantCounts = [1_000, 10_000, 50_000];
const finishedOrders = 100_000;

/** Carries orders after each stage of growth. The rows stay. */
export async function measureGrowth(scene: Scene): Promise<Growth> {
  const { addresses, say } = scene;
  const databases = {
    user: addresses.USER_DATABASE_URL,
    restaurant: addresses.RESTAURANT_DATABASE_URL,
    delivery: addresses.DELIVERY_DATABASE_URL,
  };
  const stages = [await stage(scene, 'as it was')];
  for (const count of restaurantCounts) {
    await growRestaurants(databases, count);
    stages.push(await stage(scene, `${count} restaurants`));
  }
  await growFinishedOrders(databases, finishedOrders);
  stages.push(await stage(scene, `and ${finishedOrders} finished orders`));
  say('orders that wait for an agent');
  return { stages, matching: await measureMatching(databases.delivery) };
}

async function stage(scene: Scene, name: string): Promise<GrowthStage> {
  scene.say(`growth: ${name}`);
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
