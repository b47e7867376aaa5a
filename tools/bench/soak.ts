import { readMemory } from './measure/processes';
import { summarize } from './measure/statistics';
import { carryOrder } from './people/order';
import { peopleOf, type Scene } from './scene';

/** After so many orders. */
export interface SoakSample {
  orders: number;
  /** Of the placements since the sample before, 10 orders at a time. */
  placeP50: number;
  perSecond: number;
  memoryMb: Record<string, number> | null;
}

const concurrency = 10;
const samples = 10;

/** Carries many orders and looks after every tenth of them at what has grown. */
export async function soak(scene: Scene): Promise<SoakSample[]> {
  const { soakOrders } = scene.settings;
  const each = Math.ceil(soakOrders / samples);
  const people = peopleOf(scene);
  const taken: SoakSample[] = [];
  for (let orders = each; orders <= each * samples; orders += each) {
    const since = performance.now();
    const places: number[] = [];
    await manyOrders(each, async () => void places.push((await carryOrder(people))['place'] ?? NaN));
    const sample = {
      orders,
      placeP50: summarize(places)?.p50 ?? NaN,
      perSecond: (1_000 * places.length) / (performance.now() - since),
      memoryMb: readMemory(scene.roots),
    };
    taken.push(sample);
    scene.say(`${orders} orders: ${sample.perSecond.toFixed(1)}/s, placement p50 ${sample.placeP50.toFixed(0)} ms`);
  }
  return taken;
}

async function manyOrders(count: number, carry: () => Promise<void>): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await carry();
    }),
  );
}
