import { measureOrders, type Bench } from './bench';
import { closedLoop } from './loops';
import { summarizePhases } from './measure/phase';
import { readMemory } from './measure/processes';

/** The orders since the sample before. */
export interface SoakSample {
  /** Total so far. */
  orders: number;
  /** Milliseconds. */
  placeP50: number;
  perSecond: number;
  failed: number;
  memoryMb: Record<string, number> | null;
}

const samples = 10;
/** A system that delivers less has failed. */
const minPerSecond = 1;

/** Delivers many orders, 10 at a time, and takes a sample after each tenth. Throws when all orders fail. */
export async function runSoak(bench: Bench): Promise<SoakSample[]> {
  const batch = Math.ceil(bench.settings.soakOrders / samples);
  const maxWindowMs = (1_000 * batch) / minPerSecond;
  const loop = { concurrency: 10, rampMs: 0, windowMs: 0, minJobs: batch, maxWindowMs };
  const taken: SoakSample[] = [];
  for (let orders = batch; orders <= batch * samples; orders += batch) {
    bench.say(`soak: up to ${orders} orders`);
    const phase = await measureOrders(bench, (job, hooks) => closedLoop(job, loop, hooks));
    const { perSecond, latency, failed } = summarizePhases([phase]);
    const placeP50 = latency.place?.p50 ?? NaN;
    taken.push({ orders, placeP50, perSecond, failed, memoryMb: readMemory(bench.roots) });
  }
  return taken;
}
