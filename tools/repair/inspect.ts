import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { orderWorkflowId, ratingWorkflowId, searchAttributes } from '../../contracts/names';
import type { DeliveryStatus, OrderStatus } from '../../contracts/states';
import type { OrderPolicy } from '../../contracts/policy';
import { describeWorkflow, type Temporal } from '../../lib/temporal/connection';
import { findAssignments, type Assignment } from '../../prisma/delivery/assignments';
import type * as delivery from '../../prisma/delivery/client';
import type * as restaurant from '../../prisma/restaurant/client';
import { findGroups, type OrderGroup } from '../../prisma/restaurant/orders';
import type * as user from '../../prisma/user/client';
import { findRecords } from '../../prisma/user/orders';
import { remedyFor, remedyForRating, type Run } from './remedy';

export interface RepairDeps {
  dbs: { user: user.Database; restaurant: restaurant.Database; delivery: delivery.Database };
  temporal: Temporal;
  /** Timeouts of the runs that are started. Placements older than the placement timeout are not repeated. */
  policy: OrderPolicy;
}

export type Finding = Awaited<ReturnType<typeof inspectOnce>>;

/** A step's row precedes its workflow's search attributes by at most this time; usually by a tenth. */
const settlingMs = 1_000;

/** Throws TemporalUnavailableError, or what a database throws. */
export async function inspect(deps: RepairDeps, orderId: string): Promise<Finding> {
  const finding = await inspectOnce(deps, orderId);
  if (finding.remedy.kind !== 'resend') return finding;
  await sleep(settlingMs); // the run may only be between a step's row and its outcome
  return inspectOnce(deps, orderId);
}

/** As `inspect`, of this moment. */
export async function inspectOnce(deps: RepairDeps, orderId: string) {
  const { temporal, policy } = deps;
  // Before the rows: they then include what the run wrote before it ended.
  const description = await describeWorkflow(temporal, orderWorkflowId(orderId));
  const rows = (await readRows(deps, [orderId]))(orderId);
  const run = runOf(description);
  const placedAt = rows.record?.placedAt ?? description?.startTime;
  const fresh = placedAt !== undefined && Date.now() - placedAt.getTime() < policy.placementLimitMs;
  const remedy = remedyFor(rows, run, fresh);
  if (remedy.kind !== 'none' || !rows.record?.delivered) return { orderId, rows, run, remedy };
  const ratingRun = runOf(await describeWorkflow(temporal, ratingWorkflowId(orderId)));
  return { orderId, rows, run, remedy: remedyForRating(rows.rating, ratingRun) };
}

/** Reads these orders from the three databases. Resolves to a lookup by order id. */
export async function readRows({ dbs }: RepairDeps, orderIds: string[]) {
  const [records, groups, deliveries] = await Promise.all([
    findRecords(dbs.user, orderIds).then(byOrder),
    findGroups(dbs.restaurant, orderIds).then(byOrder),
    findAssignments(dbs.delivery, orderIds).then(byOrder),
  ]);
  return (orderId: string) => {
    const record = records.get(orderId) ?? null;
    const group = groups.get(orderId) ?? null;
    const assignment = deliveries.get(orderId) ?? null;
    const rating = record?.rating ? ratingIn(group, assignment) : null;
    return { record, group, delivery: assignment, rating };
  };
}

/** A service without the order, or without an agent for it, has no mean to add the rating to. */
const ratingIn = (group: OrderGroup | null, assignment: Assignment | null): 'counted' | 'uncounted' =>
  group?.orderRating === null || (assignment?.agentId && assignment.agentRating === null) ? 'uncounted' : 'counted';

const byOrder = <T extends { orderId: string }>(rows: T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.orderId, row]));

function runOf(description: WorkflowExecutionDescription | null): Run {
  if (!description) return { state: 'gone' };
  const { status, typedSearchAttributes: attributes } = description;
  if (status.name !== 'RUNNING') return { state: 'closed', as: status.name };
  return {
    state: 'running',
    order: (attributes.get(searchAttributes.orderStatus) ?? 'PENDING') as OrderStatus,
    delivery: (attributes.get(searchAttributes.deliveryStatus) ?? null) as DeliveryStatus | null,
  };
}
