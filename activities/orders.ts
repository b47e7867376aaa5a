import { changeOrderReply, createOrderReply } from '../contracts/messages';
import type { ChangeOrderMessage, PlaceOrderMessage } from '../contracts/messages';
import { tooManyOpenOrders } from '../contracts/limits';
import { queues } from '../contracts/names';
import type { LogEntry } from '../contracts/order-log';
import type { FirstPlacement, OrderInput, OrderProgress, PlacementRefusal } from '../contracts/workflow';
import { withTimeout } from '../lib/process/timeout';
import { guarded, requestReply, type RequestDeps } from './request';

export interface OrderToRecord extends Pick<OrderInput, 'bodyHash' | 'maxOpenOrders'>, Pick<OrderProgress, 'log'> {
  order: PlaceOrderMessage;
}

/** `log`: the order's log as it is once the change is made. */
type LoggedChange = ChangeOrderMessage & Pick<OrderProgress, 'log'>;

/**
 * `settled`: the order was placed before, with another body or beyond PENDING; `refused`: the customer has too many open orders. Neither changes
 * anything. `placedAt`: of an earlier placement.
 */
export type RecordOutcome =
  | { outcome: 'recorded'; placedAt?: string }
  | { outcome: 'settled'; first: FirstPlacement }
  | { outcome: 'refused'; code: PlacementRefusal; reason: string };

/** The order in the user service's database. All idempotent. */
export interface OrderRecords {
  /** Keeps and returns an existing record. Null, and no new record, if the customer has `maxOpenOrders` open ones. */
  record(order: OrderToRecord): Promise<FirstPlacement | null>;
  /** Never moves a record backwards. Creates it if it is missing: a compensation may precede its step. Its log gets the entries that it lacks. */
  progress(progress: OrderProgress): Promise<void>;
  /** The order's log gets the entries that it lacks. Nothing happens without a record. */
  append(orderId: string, log: readonly LogEntry[]): Promise<void>;
}

/** All idempotent: each may run any number of times, and a compensation may precede the step that it undoes. */
export const createOrderActivities = (deps: RequestDeps & { records: OrderRecords }) => ({
  async recordOrder(toRecord: OrderToRecord): Promise<RecordOutcome> {
    const { order, bodyHash, maxOpenOrders } = toRecord;
    const first = await guarded(() => deps.records.record(toRecord));
    if (!first) {
      return { outcome: 'refused', code: 'TOO_MANY_OPEN_ORDERS', reason: tooManyOpenOrders(maxOpenOrders ?? 0) };
    }
    const { status, placedAt } = first;
    if (status !== 'PENDING' || (first.bodyHash ?? bodyHash) !== bodyHash) return { outcome: 'settled', first };
    return { outcome: 'recorded', ...(placedAt !== order.placed_at && { placedAt }) };
  },
  recordProgress: (progress: OrderProgress) => guarded(() => deps.records.progress(progress)),
  createOrder: (order: PlaceOrderMessage) => requestReply(deps, queues.placeOrder, order, createOrderReply),
  async changeOrder({ log, ...change }: LoggedChange) {
    const reply = await requestReply(deps, queues.changeOrderStatus, change, changeOrderReply);
    if (log && reply.outcome !== 'refused') await appendInStep(deps.records, change.order_id, log);
    return reply;
  },
});

/** The step's own outcome does not wait longer for a slow database. */
const timeoutMs = 300;

/** Writes progress, if any. Best effort: never throws, and returns before the timeout. Unless it is `recorded`, `recordProgress` has to run. */
export async function recordProgressInStep(
  records: OrderRecords,
  progress: OrderProgress | undefined,
  leftMs = timeoutMs,
): Promise<{ recorded?: boolean }> {
  if (!progress) return {};
  try {
    await withTimeout(Math.min(timeoutMs, leftMs), records.progress(progress));
    return { recorded: true };
  } catch {
    return { recorded: false }; // the activity `recordProgress` reports what is wrong with the database
  }
}

/** Best effort, as above: the next step, or the sweep, has the same entries. */
export async function appendInStep(records: OrderRecords, orderId: string, log: readonly LogEntry[]): Promise<void> {
  await withTimeout(timeoutMs, records.append(orderId, log)).catch(() => undefined);
}
