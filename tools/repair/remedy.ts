/** What to do about an order, by what the three databases and Temporal say of it. Pure. */
import type { DeliveryStatus, OrderStatus } from '../../contracts/states';
import type { OrderCommand } from '../../contracts/workflow';

/** What a run may be told that is behind the rows. */
export type Told = Extract<OrderCommand, { kind: 'decide' | 'moveDelivery' | 'cancel' }>;

/** Where each database says that the order stands; null where it knows nothing of it. */
export interface Rows {
  record: { status: OrderStatus; delivered: boolean } | null;
  /** `parts`: how many restaurants' orders are in it. */
  group: { status: OrderStatus; parts: number } | null;
  delivery: { status: DeliveryStatus } | null;
  /** Whether the services that average a stored rating have it; null where none is stored. */
  rating: 'counted' | 'uncounted' | null;
}

/** `order` and `delivery` of a running one: as it shows itself by its search attributes. */
export type Run =
  | { state: 'running'; order: OrderStatus; delivery: DeliveryStatus | null }
  /** `as`: Temporal's name for how the last run ended. */
  | { state: 'closed'; as: string }
  | { state: 'gone' };

export type Remedy =
  | { kind: 'none' }
  /** A run that a reset has taken back is told again what has been done already. */
  | { kind: 'tell'; command: Told }
  /** A new run at this stage. */
  | { kind: 'adopt'; stage: 'placed' | 'confirmed' }
  | { kind: 'adopt'; stage: 'cancelled'; reason: string }
  /** A new run with the input of the one that was closed. */
  | { kind: 'restart' }
  /** The rating's workflow again: one that was accepted is stored and sent, one that is stored is sent. Both count it once. */
  | { kind: 'rate' }
  | { kind: 'person'; why: string };

type Standing = 'unknown' | 'recorded' | 'placed' | 'confirmed' | 'delivered' | 'cancelled' | 'contradictory';

/** How far the order has come: what the furthest of the three says. */
function standing({ record, group, delivery }: Rows): Standing {
  const statuses = [record?.status, group?.status, delivery?.status];
  const cancelled = statuses.includes('CANCELLED');
  if (record?.delivered || delivery?.status === 'DELIVERED') return cancelled ? 'contradictory' : 'delivered';
  if (cancelled) return 'cancelled';
  if (statuses.includes('CONFIRMED') || delivery) return 'confirmed';
  if (group) return 'placed';
  return record ? 'recorded' : 'unknown';
}

/** Whether every database that knows of the order says that it has come to the same end, and has its rating. */
export function isOver(rows: Rows): boolean {
  return hasEnded(rows) && rows.rating !== 'uncounted';
}

function hasEnded(rows: Rows): boolean {
  const { record, group, delivery } = rows;
  const at = standing(rows);
  if (at === 'cancelled') return [record, group, delivery].every((row) => row === null || row.status === 'CANCELLED');
  if (at !== 'delivered') return at === 'unknown';
  // A delivery side that knows nothing of it has nothing to finish.
  return record?.delivered === true && group?.status !== 'PENDING' && (delivery?.status ?? 'DELIVERED') === 'DELIVERED';
}

const none: Remedy = { kind: 'none' };
const contradiction: Remedy = { kind: 'person', why: 'one database says delivered, another CANCELLED' };
const halfUndone = 'its cancellation had not been finished';
export const lost = 'its workflow was lost before the restaurant had the order';

/** `fresh`: it was placed so recently that the restaurant side may still be asked for it. */
export function remedyFor(rows: Rows, run: Run, fresh: boolean): Remedy {
  const at = standing(rows);
  if (at === 'contradictory') return contradiction;
  if (run.state === 'running') return remedyForRunning(rows, run, at);
  if (at === 'unknown') return isAbnormal(run) ? again(fresh) : none;
  if (hasEnded(rows)) return none;
  switch (at) {
    case 'recorded':
      // An old program's order has no workflow until its message has been adopted, which may still wait in a queue.
      return run.state === 'gone' && fresh ? none : again(fresh);
    case 'placed':
      return rows.group?.parts ? { kind: 'adopt', stage: 'placed' } : { kind: 'person', why: 'the order has no items' };
    case 'confirmed':
    case 'delivered':
      return { kind: 'adopt', stage: 'confirmed' };
    case 'cancelled':
      return { kind: 'adopt', stage: 'cancelled', reason: halfUndone };
  }
}

const again = (fresh: boolean): Remedy =>
  fresh ? { kind: 'restart' } : { kind: 'adopt', stage: 'cancelled', reason: lost };

/** What a rating's workflow has completed needs nothing: its message waits in a queue until it is counted. */
export function remedyForRating(rating: Rows['rating'], run: Run): Remedy {
  const isLost = run.state === 'gone' || (run.state === 'closed' && run.as !== 'COMPLETED');
  const isForgotten = rating === 'uncounted' ? isLost : rating === null && isAbnormal(run);
  return isForgotten ? { kind: 'rate' } : none;
}

/** The workflow's own ends leave nothing behind. */
const isAbnormal = (run: Run): boolean => run.state === 'closed' && run.as !== 'COMPLETED' && run.as !== 'CANCELED';

/**
 * A run that is behind the rows. That a step has been written and the run does not know it yet is the normal course too, for a moment
 * or while a service is away; to be told of that step again does it no harm.
 */
function remedyForRunning(rows: Rows, run: Extract<Run, { state: 'running' }>, at: Standing): Remedy {
  if (at === 'cancelled') return run.order === 'CANCELLED' ? none : tell(stopping(run));
  if (at !== 'confirmed' && at !== 'delivered') return none;
  if (run.order === 'PENDING') return tell({ kind: 'decide', status: 'CONFIRMED' });
  const delivered = at === 'delivered';
  if (run.delivery === 'PENDING' && (delivered || rows.delivery?.status === 'PICKED_UP'))
    return tell({ kind: 'moveDelivery', status: 'PICKED_UP' });
  if (run.delivery === 'PICKED_UP' && delivered) return tell({ kind: 'moveDelivery', status: 'DELIVERED' });
  return none; // one that asks for an agent learns the rest from the answer
}

const tell = (command: Told): Remedy => ({ kind: 'tell', command });

/** After the pick-up only the courier can give up. */
const stopping = (run: Extract<Run, { state: 'running' }>): Told =>
  run.delivery === 'PICKED_UP' ? { kind: 'moveDelivery', status: 'CANCELLED' } : { kind: 'cancel', reason: halfUndone };
