import { WorkflowNotFoundError } from '@temporalio/client';
import type { OrderPage } from '../../contracts/answers/orders';
import type { NumberedEntry } from '../../contracts/events';
import { orderWorkflowId, searchAttributes } from '../../contracts/names';
import { logText, type LogEntry } from '../../contracts/order-log';
import type { OrderStatus } from '../../contracts/states';
import type { TimelineEntry } from '../../contracts/workflow';
import { describeWorkflow, type Temporal } from '../../lib/temporal/connection';
import type { Database } from '../../prisma/user/client';
import { eventsOf } from '../../prisma/user/order-events';
import type { StoredOrder } from '../../prisma/user/orders';
import { orderQuery } from '../../workflows/messages';
import { orderMemo } from '../../workflows/start';
import type { UserDeps } from './deps';

type Part = NonNullable<OrderPage['unavailable']>[number];

/** A page does not wait for a worker that is down. */
const queryTimeoutMs = 1_000;
/** As in the workflow. */
const maxTimeline = 200;

/** Everything about one order, from all services. A part whose service is unavailable is null and named in `unavailable`. */
export async function orderPage({ temporal, db, services }: UserDeps, record: StoredOrder): Promise<OrderPage> {
  const unavailable: Part[] = [];
  const part = <T>(name: Part, load: Promise<T>): Promise<T | null> =>
    load.catch(() => {
      unavailable.push(name);
      return null;
    });
  const [order, delivery, timeline] = await Promise.all([
    part('restaurants', services.restaurantOrder(record.orderId)),
    part('delivery', services.delivery(record.orderId)),
    part('timeline', timelineOf(temporal, db, record.orderId)),
  ]);
  return {
    order_id: record.orderId,
    user_id: record.userId,
    placed_at: record.placedAt.toISOString(),
    status: order?.status ?? record.status,
    delivery: delivery && { status: delivery.status },
    agent: delivery && { agent_id: delivery.agent_id, name: delivery.agent_name },
    total: order?.total ?? (record.total === null ? null : record.total.toNumber()),
    restaurants: order?.orders ?? null,
    rating: record.rating && { order_rating: record.rating.orderRating, agent_rating: record.rating.agentRating },
    timeline,
    reason: record.reason,
    ...(unavailable.length > 0 && { unavailable: unavailable.sort() }),
  };
}

/** An order that Temporal holds but the order worker has not recorded yet. Null if Temporal does not know it. Throws TemporalUnavailableError. */
export async function heldOrderPage({ temporal }: UserDeps, orderId: string): Promise<OrderPage | null> {
  const description = await describeWorkflow(temporal, orderWorkflowId(orderId));
  if (!description) return null;
  return {
    order_id: orderId,
    user_id: description.typedSearchAttributes.get(searchAttributes.userId) ?? null,
    placed_at: (description.memo?.[orderMemo.placedAt] as string | undefined) ?? description.startTime.toISOString(),
    status:
      (description.typedSearchAttributes.get(searchAttributes.orderStatus) as OrderStatus | undefined) ?? 'PENDING',
    delivery: null,
    agent: null,
    total: null,
    restaurants: null,
    rating: null,
    timeline: null,
    reason: null,
    unavailable: ['timeline'], // the other parts do not exist yet
  };
}

/**
 * The workflow's timeline, which also has what only operators ask for. The order's log where no worker answers, or Temporal no longer has the order;
 * null if that is not filled yet. Rejects if there is neither.
 */
async function timelineOf(temporal: Temporal, db: Database, orderId: string): Promise<TimelineEntry[] | null> {
  const reading = eventsOf(db, orderId, 0, maxTimeline).then((entries) => entries.flatMap(lineOf));
  const [queried, read] = await Promise.allSettled([queryTimeline(temporal, orderId), reading]);
  if (queried.status === 'fulfilled' && queried.value) return queried.value;
  if (read.status === 'fulfilled' && read.value.length > 0) return read.value;
  if (queried.status === 'rejected') throw queried.reason;
  return null;
}

function lineOf({ type, at, data }: NumberedEntry): TimelineEntry[] {
  const line = logText({ type, data } as LogEntry);
  if (!line) return [];
  const [event, detail] = line;
  return [{ at: at.toISOString(), event, ...(detail ? { detail } : {}) }];
}

/** The workflow's timeline; null for an order older than Temporal's retention. */
async function queryTimeline({ client }: Temporal, orderId: string): Promise<TimelineEntry[] | null> {
  try {
    const handle = client.workflow.getHandle(orderWorkflowId(orderId));
    const view = await client.withDeadline(Date.now() + queryTimeoutMs, () => handle.query(orderQuery));
    return view.timeline;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
