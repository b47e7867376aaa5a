import { messageOf, type Timings } from './load/job';
import { summarizePhases } from './measure/phase';
import { readMemory } from './measure/processes';
import { carryOrder } from './people/order';
import { peopleOf, type Scene } from './scene';

/** After so many orders. */
export interface SoakSample {
  orders: number;
  /** Of the placements since the sample before, 10 orders at a time, in milliseconds. */
  placeP50: number;
  perSecond: number;
  failed: number;
  memoryMb: Record<string, number> | null;
}

const concurrency = 10;
const samples = 10;

/** Carries many orders and looks after every tenth of them at what has grown. */
export async function soak(scene: Scene): Promise<SoakSample[]> {
  const each = Math.ceil(scene.settings.soakOrders / samples);
  const taken: SoakSample[] = [];
  for (let orders = each; orders <= each * samples; orders += each) {
    const { perSecond, latency, failed } = await scene.step(`many orders: up to ${orders}`, () =>
      carryMany(scene, each),
    );
    const placeP50 = latency['place']?.p50 ?? NaN;
    taken.push({ orders, placeP50, perSecond, failed, memoryMb: readMemory(scene.roots) });
  }
  return taken;
}

/** Carries so many orders, all of them. Throws when each of them fails. */
async function carryMany(scene: Scene, count: number) {
  const people = peopleOf(scene);
  const done: Timings[] = [];
  const failures: string[] = [];
  const since = performance.now();
  let left = count;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0)
        await carryOrder(people).then(
          (timings) => done.push(timings),
          (error: unknown) => failures.push(messageOf(error)),
        );
    }),
  );
  return summarizePhases([{ windowMs: performance.now() - since, done, failures, cpu: null, repeats: people.repeats }]);
}
