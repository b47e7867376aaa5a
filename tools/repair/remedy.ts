/** What an order needs, by what the three databases and Temporal say of it. Pure. */
import type { DeliveryStatus, OrderStatus } from '../../contracts/states';
import type { OrderCommand } from '../../contracts/workflow';

/** What a run that is behind the databases may be sent. */
export type Resent = Extract<OrderCommand, { kind: 'decide' | 'moveDelivery' | 'cancel' }>;

/** The order's status in each database; null where it is unknown. */
export interface Rows {
  record: { status: OrderStatus; delivered: boolean } | null;
  /** `orders`: one of each restaurant. */
  group: { status: OrderStatus; orders: readonly unknown[] } | null;
  delivery: { status: DeliveryStatus } | null;
  /** Whether all ratings' means include the rating; null where none is stored. */
  rating: 'counted' | 'uncounted' | null;
}

export type Run =
  /** Statuses by its search attributes. */
  | { state: 'running'; order: OrderStatus; delivery: DeliveryStatus | null }
  /** `as`: Temporal's status of the last run. */
  | { state: 'closed'; as: string }
  | { state: 'gone' };

export type Remedy =
  | { kind: 'none' }
  /** Sends a command again to a run that a reset has taken back behind it. */
  | { kind: 'resend'; command: Resent }
  | { kind: 'adopt'; stage: 'placed' | 'confirmed' }
  | { kind: 'adopt'; stage: 'cancelled'; reason: string }
  /** Starts a run with the input of the closed one. */
  | { kind: 'restart' }
  /** Starts the rating's workflow again. It stores and sends the rating; a repeat counts once. */
  | { kind: 'rate' }
  | { kind: 'manual'; why: string };

type Progress = 'unknown' | 'recorded' | 'placed' | 'confirmed' | 'delivered' | 'cancelled' | 'contradictory';

/** By the database in which the order has come furthest. */
function progressOf({ record, group, delivery }: Rows): Progress {
  const statuses = [record?.status, group?.status, delivery?.status];
  const cancelled = statuses.includes('CANCELLED');
  if (record?.delivered || delivery?.status === 'DELIVERED') return cancelled ? 'contradictory' : 'delivered';
  if (cancelled) return 'cancelled';
  if (statuses.includes('CONFIRMED') || delivery) return 'confirmed';
  if (group) return 'placed';
  return record ? 'recorded' : 'unknown';
}

/** Whether all databases that know the order agree on its end, and include its rating. */
export const isOver = (rows: Rows): boolean => hasEnded(rows) && rows.rating !== 'uncounted';

function hasEnded(rows: Rows): boolean {
  const { record, group, delivery } = rows;
  const progress = progressOf(rows);
  if (progress === 'cancelled')
    return [record, group, delivery].every((row) => row === null || row.status === 'CANCELLED');
  if (progress !== 'delivered') return progress === 'unknown';
  // A delivery database without the order has nothing left to do.
  return record?.delivered === true && group?.status !== 'PENDING' && (delivery?.status ?? 'DELIVERED') === 'DELIVERED';
}

const none: Remedy = { kind: 'none' };
const contradiction: Remedy = { kind: 'manual', why: 'one database says delivered, another CANCELLED' };
const unfinishedCancellation = 'its cancellation had not been finished';
export const lostReason = 'its workflow was lost before the restaurant had the order';

/** `fresh`: placed so recently that the restaurants may still be asked. */
export function remedyFor(rows: Rows, run: Run, fresh: boolean): Remedy {
  const progress = progressOf(rows);
  if (progress === 'contradictory') return contradiction;
  if (run.state === 'running') return remedyForRunning(rows, run, progress);
  if (progress === 'unknown') return isAbnormal(run) ? repeatPlacement(fresh) : none;
  if (hasEnded(rows)) return none;
  switch (progress) {
    case 'recorded':
      // The message of an old program's order may still wait in a queue: it starts the workflow.
      return run.state === 'gone' && fresh ? none : repeatPlacement(fresh);
    case 'placed':
      return rows.group?.orders.length
        ? { kind: 'adopt', stage: 'placed' }
        : { kind: 'manual', why: 'the order has no items' };
    case 'confirmed':
    case 'delivered':
      return { kind: 'adopt', stage: 'confirmed' };
    case 'cancelled':
      return { kind: 'adopt', stage: 'cancelled', reason: unfinishedCancellation };
  }
}

const repeatPlacement = (fresh: boolean): Remedy =>
  fresh ? { kind: 'restart' } : { kind: 'adopt', stage: 'cancelled', reason: lostReason };

/** A completed rating workflow needs nothing: its message is in a queue until it is counted. */
export function remedyForRating(rating: Rows['rating'], run: Run): Remedy {
  const isLost = run.state === 'gone' || (run.state === 'closed' && run.as !== 'COMPLETED');
  const needsRun = rating === 'uncounted' ? isLost : rating === null && isAbnormal(run);
  return needsRun ? { kind: 'rate' } : none;
}

/** Runs that end on their own complete or cancel, and leave nothing behind. */
const isAbnormal = (run: Run): boolean => run.state === 'closed' && run.as !== 'COMPLETED' && run.as !== 'CANCELED';

type RunningRun = Extract<Run, { state: 'running' }>;

/** A run may also be behind the rows for a moment, or while a service is down, in normal operation. Then the command is a no-op. */
function remedyForRunning(rows: Rows, run: RunningRun, progress: Progress): Remedy {
  if (progress === 'cancelled') return run.order === 'CANCELLED' ? none : resend(cancellationOf(run));
  if (progress !== 'confirmed' && progress !== 'delivered') return none;
  if (run.order === 'PENDING') return resend({ kind: 'decide', status: 'CONFIRMED' });
  const delivered = progress === 'delivered';
  if (run.delivery === 'PENDING' && (delivered || rows.delivery?.status === 'PICKED_UP'))
    return resend({ kind: 'moveDelivery', status: 'PICKED_UP' });
  if (run.delivery === 'PICKED_UP' && delivered) return resend({ kind: 'moveDelivery', status: 'DELIVERED' });
  return none; // a run that asks for an agent learns the rest from the answer
}

const resend = (command: Resent): Remedy => ({ kind: 'resend', command });

/** After pick-up only the courier can cancel. */
const cancellationOf = (run: RunningRun): Resent =>
  run.delivery === 'PICKED_UP'
    ? { kind: 'moveDelivery', status: 'CANCELLED' }
    : { kind: 'cancel', reason: unfinishedCancellation };
