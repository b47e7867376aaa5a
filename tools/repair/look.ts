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

export interface Databases {
  user: user.Database;
  restaurant: restaurant.Database;
  delivery: delivery.Database;
}

/** An order as it is in the three databases. */
export interface Known extends Rows {
  record: CustomerRecord | null;
  group: (OrderGroup & { parts: number }) | null;
  delivery: Assignment | null;
}

export async function readRows(dbs: Databases, orderIds: string[]): Promise<Map<string, Known>> {
  const [records, groups, deliveries] = await Promise.all([
    findRecords(dbs.user, orderIds).then(byOrder),
    findGroups(dbs.restaurant, orderIds).then(byOrder),
    findAssignments(dbs.delivery, orderIds).then(byOrder),
  ]);
  return new Map(
    orderIds.map((id) => {
      const [record, group, delivery] = [records.get(id) ?? null, groups.get(id), deliveries.get(id) ?? null];
      return [
        id,
        {
          record,
          group: group ? { ...group, parts: group.orders.length } : null,
          delivery,
          rating: record?.rating ? counted(group, delivery) : null,
        },
      ];
    }),
  );
}

/** A service that does not know the order, or had no agent for it, averages nothing. */
const counted = (group: OrderGroup | undefined, delivery: Assignment | null): 'counted' | 'uncounted' =>
  group?.orderRating === null || (delivery?.agentId && delivery.agentRating === null) ? 'uncounted' : 'counted';

const byOrder = <T extends { orderId: string }>(rows: T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.orderId, row]));

/** What was found of one order, and what to do about it. */
export interface Finding {
  orderId: string;
  known: Known;
  run: Run;
  remedy: Remedy;
}

export interface RepairDeps {
  dbs: Databases;
  temporal: Temporal;
  /** The time limits of the runs that are started. Placements older than theirs are not repeated. */
  policy: OrderPolicy;
}

/** How long a step takes from its row to its workflow's search attributes; while all is well a tenth of it. */
const settlingMs = 1_000;

/** Looks at one order. Throws TemporalAwayError, or what a database throws. */
export async function look(deps: RepairDeps, orderId: string): Promise<Finding> {
  const first = await lookOnce(deps, orderId);
  if (first.remedy.kind !== 'tell') return first;
  // Behind the rows: perhaps only between a step's row and the word of it.
  await new Promise((resolve) => setTimeout(resolve, settlingMs));
  return lookOnce(deps, orderId);
}

/** The workflow first, then the rows: what it has written before it ended is seen. */
async function lookOnce({ dbs, temporal, policy }: RepairDeps, orderId: string): Promise<Finding> {
  const description = await describeWorkflow(temporal, orderWorkflowId(orderId));
  const known = (await readRows(dbs, [orderId])).get(orderId) ?? nothing;
  const run = runOf(description);
  const placedAt = known.record?.placedAt ?? description?.startTime;
  const fresh = placedAt !== undefined && Date.now() - placedAt.getTime() < policy.placementLimitMs;
  const remedy = remedyFor(known, run, fresh);
  if (remedy.kind !== 'none' || !known.record?.delivered) return { orderId, known, run, remedy };
  const ratingRun = runOf(await describeWorkflow(temporal, ratingWorkflowId(orderId)));
  return { orderId, known, run, remedy: remedyForRating(known.rating, ratingRun) };
}

/** What the databases say of an order that they do not know. */
export const nothing: Known = { record: null, group: null, delivery: null, rating: null };

function runOf(description: WorkflowExecutionDescription | null): Run {
  if (!description) return { state: 'gone' };
  const { status, typedSearchAttributes: shown } = description;
  if (status.name !== 'RUNNING') return { state: 'closed', as: status.name };
  return {
    state: 'running',
    order: (shown.get(orderStatus) ?? 'PENDING') as OrderStatus,
    delivery: (shown.get(deliveryStatus) ?? null) as DeliveryStatus | null,
  };
}

const { orderStatus, deliveryStatus } = searchAttributes;
