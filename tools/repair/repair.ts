import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { orderWorkflowId, ratingWorkflowId, workflowTypes } from '../../contracts/names';
import { openOrderIds as openDeliveries } from '../../prisma/delivery/assignments';
import { openOrderIds as openGroups } from '../../prisma/restaurant/orders';
import { openOrderIds as openRecords } from '../../prisma/user/orders';
import { messageOf } from '../cli/cli';
import { applyRemedy } from './apply';
import { inspect, inspectOnce, readRows, type Finding, type RepairDeps } from './inspect';
import { isOver } from './remedy';

/** Orders at a time: they keep a server busy, and leave room for orders in flight. */
const concurrency = 4;
/** Connections to each database: per order one for its lock and one for queries. */
export const poolSize = 2 * concurrency;

export interface Outcome extends Finding {
  /** Null when nothing was tried. After a `failure` the next repair tries again. */
  result: { repaired: boolean; failure?: string } | null;
}

/**
 * Inspects all open orders and yields those that need something; or one, which it yields in any case. Without `repairs` it only inspects.
 * Idempotent, and safe beside orders in flight and other repairs. Throws when a database or Temporal is unavailable.
 */
export async function* repair(deps: RepairDeps, repairs: boolean, orderId?: string): AsyncGenerator<Outcome> {
  const yielded = new Set<string>();
  for await (const page of orderId === undefined ? openOrders(deps) : [[orderId]]) {
    for (let start = 0; start < page.length; start += concurrency) {
      const batch = page.slice(start, start + concurrency);
      for (const outcome of await Promise.all(batch.map((id) => repairOrder(deps, id, repairs)))) {
        if ((outcome.remedy.kind === 'none' && orderId === undefined) || yielded.has(outcome.orderId)) continue;
        yielded.add(outcome.orderId);
        yield outcome;
      }
    }
  }
}

async function* openOrders(deps: RepairDeps): AsyncGenerator<string[]> {
  const { user, restaurant, delivery } = deps.dbs;
  const sources: OpenIds[] = [
    (...page) => openRecords(user, ...page),
    (...page) => openGroups(restaurant, ...page),
    (...page) => openDeliveries(delivery, ...page),
  ];
  for await (const ids of openInDatabases(sources)) {
    const rowsOf = await readRows(deps, ids);
    yield ids.filter((id) => !isOver(rowsOf(id)));
  }
  yield* openInTemporal(deps.temporal.client);
}

async function repairOrder(deps: RepairDeps, orderId: string, repairs: boolean): Promise<Outcome> {
  const finding = await inspect(deps, orderId);
  if (!repairs || finding.remedy.kind === 'none') return { ...finding, result: null };
  try {
    const applied = await applyRemedy(deps, orderId);
    const repaired = applied.remedy.kind !== 'manual' && (await hasTakenEffect(deps, applied));
    const failure =
      repaired || applied.remedy.kind === 'manual' ? {} : { failure: 'not in effect yet: repair it again' };
    return { ...applied, result: { repaired, ...failure } };
  } catch (error) {
    return { ...finding, result: { repaired: false, failure: messageOf(error) } };
  }
}

/** Far longer than a healthy system takes to carry out a command. */
const effectTimeoutMs = 5_000;
/** The same for a run that undoes an order. */
const undoTimeoutMs = 2_000;
const pollMs = 200;

/**
 * Whether the order no longer needs the remedy. A run that undoes an order can still fail, so its end is waited for; one that is not over by the
 * timeout waits for a service, and is in Temporal's hands.
 */
async function hasTakenEffect(deps: RepairDeps, { orderId, remedy }: Finding): Promise<boolean> {
  const undoes = remedy.kind === 'adopt' && remedy.stage === 'cancelled';
  for (const since = Date.now(); ; await sleep(pollMs)) {
    const now = await inspectOnce(deps, orderId);
    const waitedMs = Date.now() - since;
    const isOpen = undoes && now.run.state === 'running' && waitedMs < undoTimeoutMs;
    const isStillNeeded = JSON.stringify(now.remedy) === JSON.stringify(remedy);
    if (!isStillNeeded && !isOpen) return true;
    if (isStillNeeded && waitedMs > effectTimeoutMs) return false;
  }
}

/** At most `limit` ids of open orders in one database, ascending, after the given one. */
export type OpenIds = (after: string, limit: number) => Promise<string[]>;

const pageSize = 200;
const beforeAll = '00000000-0000-0000-0000-000000000000';

/** Merges the databases' ascending lists: each open order once. */
export async function* openInDatabases(sources: OpenIds[], limit = pageSize): AsyncGenerator<string[]> {
  for (let after = beforeAll; ;) {
    const lists = await Promise.all(sources.map((openIds) => openIds(after, limit)));
    // A list that reached the limit may lack ids after its last one: they wait for the next page.
    const end = lists.flatMap((ids) => (ids.length < limit ? [] : ids.slice(-1))).sort()[0];
    const ids = [...new Set(lists.flat())].filter((id) => end === undefined || id <= end).sort();
    if (ids.length > 0) yield ids;
    if (end === undefined) return;
    after = end;
  }
}

/** Orders that no database shows as open: terminated before anything was written, or running after a reset behind their end. */
async function* openInTemporal(client: Client): AsyncGenerator<string[]> {
  const types = `'${workflowTypes.order}', '${workflowTypes.rating}'`;
  const query = `WorkflowType IN (${types}) AND ExecutionStatus IN ('Running', 'Terminated', 'Failed', 'TimedOut')`;
  let page = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query, pageSize })) {
    const prefix = prefixes.find((start) => workflowId.startsWith(start));
    if (prefix) page.add(workflowId.slice(prefix.length));
    if (page.size < pageSize) continue;
    yield [...page];
    page = new Set();
  }
  if (page.size > 0) yield [...page];
}

const prefixes = [orderWorkflowId(''), ratingWorkflowId('')];
