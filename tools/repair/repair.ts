import { openOrderIds as openDeliveries } from '../../prisma/delivery/open-orders';
import { openOrderIds as openGroups } from '../../prisma/restaurant/open-orders';
import { openOrderIds as openRecords } from '../../prisma/user/open-orders';
import { openInDatabases, openInTemporal } from './candidates';
import { look, nothing, readRows, type RepairDeps } from './look';
import { mend } from './mend';
import { isOver } from './remedy';
import type { Outcome } from './report';

/** Looked at, or mended, at a time: enough to keep a server busy, too few to crowd out the orders under way. */
const atATime = 4;
/** Connections to each database: one that holds an order's lock, and one to look with. */
export const poolSize = 2 * atATime;

export interface RepairOptions {
  /** False: only looks. */
  mends: boolean;
  /** Only this order; it is given also if it needs nothing. */
  orderId?: string | undefined;
}

/**
 * Finds the orders that no workflow carries on, or only one that is behind them, and mends them if it is to; gives each as it is
 * done with. Repeating is safe, and so are two at once, beside orders under way. Throws when a database or Temporal is away.
 */
export async function* repair(deps: RepairDeps, { mends, orderId }: RepairOptions): AsyncGenerator<Outcome> {
  const given = new Set<string>();
  for await (const page of orderId === undefined ? candidates(deps) : [[orderId]]) {
    for (let at = 0; at < page.length; at += atATime) {
      const outcomes = page.slice(at, at + atATime).map((id) => treat(deps, id, mends));
      for (const outcome of await Promise.all(outcomes)) {
        if ((outcome.remedy.kind === 'none' && orderId === undefined) || given.has(outcome.orderId)) continue;
        given.add(outcome.orderId);
        yield outcome;
      }
    }
  }
}

async function* candidates({ dbs, temporal }: RepairDeps): AsyncGenerator<string[]> {
  const sources = [
    (after: string, limit: number) => openRecords(dbs.user, after, limit),
    (after: string, limit: number) => openGroups(dbs.restaurant, after, limit),
    (after: string, limit: number) => openDeliveries(dbs.delivery, after, limit),
  ];
  for await (const ids of openInDatabases(sources)) {
    const rows = await readRows(dbs, ids);
    yield ids.filter((id) => !isOver(rows.get(id) ?? nothing));
  }
  yield* openInTemporal(temporal.client);
}

async function treat(deps: RepairDeps, orderId: string, mends: boolean): Promise<Outcome> {
  const finding = await look(deps, orderId);
  if (!mends || finding.remedy.kind === 'none') return { ...finding, result: null };
  try {
    const mended = await mend(deps, orderId);
    return { ...mended, result: { mended: mended.remedy.kind !== 'person' } };
  } catch (err) {
    return { ...finding, result: { mended: false, failure: err instanceof Error ? err.message : String(err) } };
  }
}
