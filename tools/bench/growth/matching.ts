import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createLog } from '../../../lib/logging/log';
import { openDatabase } from '../../../prisma/delivery/client';
import { applyMigrations } from '../../../prisma/migrate';
import { assignAgent } from '../../../workers/delivery/assign-agent';
import { changeDelivery } from '../../../workers/delivery/change-delivery';
import { projectRoot } from '../../stack/instance';
import { summarize, type Summary } from '../measure/statistics';
import type { GrowthSizes } from '../settings';
import { analyze, busyAgents, queueOrders, run } from './rows';

/** What the delivery side's two handlers take, in milliseconds, while so many orders wait. */
export interface MatchCost {
  waiting: number;
  /** The database has counted its rows since they came. Without that its plans are guesses. */
  analyzed: boolean;
  /** A delivery ends: its agent is freed and gets the oldest that waits. */
  free: Summary | null;
  /** A further order asks for an agent and joins the queue. */
  join: Summary | null;
}

type Case = Pick<MatchCost, 'waiting' | 'analyzed'>;

/** Calls the handlers over databases of their own on the server of this one, one call at a time. */
export async function measureMatching(
  deliveryUrl: string,
  { waiting, matches }: Pick<GrowthSizes, 'waiting' | 'matches'>,
): Promise<MatchCost[]> {
  const costs: MatchCost[] = [];
  for (const count of waiting)
    for (const analyzed of [false, true])
      costs.push(await inDatabase(deliveryUrl, (url) => costWith(url, { waiting: count, analyzed }, matches)));
  return costs;
}

async function costWith(url: string, { waiting, analyzed }: Case, times: number): Promise<MatchCost> {
  const db = openDatabase(url, 2, createLog('bench', 'silent'));
  const deps = { db, notifyOrders: async () => undefined };
  try {
    const underWay = await busyAgents(url, times);
    await queueOrders(url, waiting + times); // each match takes one away
    if (analyzed) await analyze(url);
    const join = await timed(times, () => assignAgent(deps)({ order_id: randomUUID() }));
    const free = await timed(times, (i) => changeDelivery(deps)({ order_id: underWay[i] ?? '', status: 'DELIVERED' }));
    return { waiting, analyzed, free, join };
  } finally {
    await db.$disconnect();
  }
}

async function timed(count: number, work: (i: number) => Promise<unknown>): Promise<Summary | null> {
  const took: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const since = performance.now();
    await work(i);
    took.push(performance.now() - since);
  }
  return summarize(took);
}

/** A database with the delivery service's tables, for as long as `use` takes. */
async function inDatabase<T>(serverUrl: string, use: (url: string) => Promise<T>): Promise<T> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await applyMigrations({ databaseUrl: url.href, directory: join(projectRoot, 'prisma', 'delivery') });
  try {
    return await use(url.href);
  } finally {
    await run(serverUrl, [`DROP DATABASE "${name}" WITH (FORCE)`]);
  }
}
