import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { orderWorkflowId, ratingWorkflowId, searchAttributes } from '../../contracts/names';
import type { DeliveryStatus, OrderStatus } from '../../contracts/states';
import type { OrderPolicy } from '../../contracts/workflow';
import { describeWorkflow, type Temporal } from '../../lib/temporal/connection';
import type * as delivery from '../../prisma/delivery/client';
import { findAssignments, type Assignment } from '../../prisma/delivery/open-orders';
import type * as restaurant from '../../prisma/restaurant/client';
import { findGroups, type OrderGroup } from '../../prisma/restaurant/open-orders';
import type * as user from '../../prisma/user/client';
import { findRecords, type CustomerRecord } from '../../prisma/user/open-orders';
import { remedyFor, remedyForRating, type Remedy, type Rows, type Run } from './remedy';

export interface RepairDeps {
  dbs: { user: user.Database; restaurant: restaurant.Database; delivery: delivery.Database };
  temporal: Temporal;
  /** Timeouts of the runs that are started. Placements older than the placement timeout are not repeated. */
  policy: OrderPolicy;
}

/** An order in the three databases. */
export interface OrderRows extends Rows {
  record: CustomerRecord | null;
  group: (OrderGroup & { parts: number }) | null;
  delivery: Assignment | null;
}

export interface Finding {
  orderId: string;
  rows: OrderRows;
  run: Run;
  remedy: Remedy;
}

/** A step's row precedes its workflow's search attributes by at most this time; usually by a tenth. */
const settlingMs = 1_000;

/** Throws TemporalUnavailableError, or what a database throws. */
export async function inspect(deps: RepairDeps, orderId: string): Promise<Finding> {
  const finding = await inspectOnce(deps, orderId);
  if (finding.remedy.kind !== 'resend') return finding;
  await sleep(settlingMs); // the run may only be between a step's row and its outcome
  return inspectOnce(deps, orderId);
}

async function inspectOnce(deps: RepairDeps, orderId: string): Promise<Finding> {
  const { temporal, policy } = deps;
  // Before the rows: they then include what the run wrote before it ended.
  const description = await describeWorkflow(temporal, orderWorkflowId(orderId));
  const rows = (await readRows(deps, [orderId])).get(orderId) ?? noRows;
  const run = runOf(description);
  const placedAt = rows.record?.placedAt ?? description?.startTime;
  const fresh = placedAt !== undefined && Date.now() - placedAt.getTime() < policy.placementLimitMs;
  const remedy = remedyFor(rows, run, fresh);
  if (remedy.kind !== 'none' || !rows.record?.delivered) return { orderId, rows, run, remedy };
  const ratingRun = runOf(await describeWorkflow(temporal, ratingWorkflowId(orderId)));
  return { orderId, rows, run, remedy: remedyForRating(rows.rating, ratingRun) };
}

export const noRows: OrderRows = { record: null, group: null, delivery: null, rating: null };

export async function readRows({ dbs }: RepairDeps, orderIds: string[]): Promise<Map<string, OrderRows>> {
  const [records, groups, deliveries] = await Promise.all([
    findRecords(dbs.user, orderIds).then(byOrder),
    findGroups(dbs.restaurant, orderIds).then(byOrder),
    findAssignments(dbs.delivery, orderIds).then(byOrder),
  ]);
  const rowsOf = (id: string): OrderRows => {
    const record = records.get(id) ?? null;
    const group = groups.get(id);
    const delivery = deliveries.get(id) ?? null;
    const rating = record?.rating ? ratingIn(group, delivery) : null;
    return { record, group: group ? { ...group, parts: group.orders.length } : null, delivery, rating };
  };
  return new Map(orderIds.map((id) => [id, rowsOf(id)]));
}

/** A service without the order, or without an agent for it, has no mean to add the rating to. */
const ratingIn = (group: OrderGroup | undefined, delivery: Assignment | null): 'counted' | 'uncounted' =>
  group?.orderRating === null || (delivery?.agentId && delivery.agentRating === null) ? 'uncounted' : 'counted';

const byOrder = <T extends { orderId: string }>(rows: T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.orderId, row]));

const { orderStatus, deliveryStatus } = searchAttributes;

function runOf(description: WorkflowExecutionDescription | null): Run {
  if (!description) return { state: 'gone' };
  const { status, typedSearchAttributes } = description;
  if (status.name !== 'RUNNING') return { state: 'closed', as: status.name };
  return {
    state: 'running',
    order: (typedSearchAttributes.get(orderStatus) ?? 'PENDING') as OrderStatus,
    delivery: (typedSearchAttributes.get(deliveryStatus) ?? null) as DeliveryStatus | null,
  };
}
