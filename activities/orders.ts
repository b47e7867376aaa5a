import { ApplicationFailure } from '@temporalio/common';
import { changeOrderReply, createOrderReply } from '../contracts/messages';
import type { ChangeOrderMessage, CreateOrderReply, PlaceOrderMessage } from '../contracts/messages';
import { queues } from '../contracts/names';
import type { FirstPlacement, OrderProgress } from '../contracts/workflow';
import { withTimeout } from '../lib/process/timeout';
import { guarded, requestReply, type RequestDeps } from './request';

interface OrderToRecord {
  order: PlaceOrderMessage;
  bodyHash: string;
  /** Then creates the order at the restaurant service, in the same activity, unless it is settled. */
  thenCreate?: boolean;
}

/** `settled`: an earlier run took this order beyond PENDING; nothing was changed. Histories of version 0.1 have no `first`. */
export type RecordOutcome = {
  outcome: 'recorded' | 'settled';
  first?: FirstPlacement;
  /** The restaurant service's reply, if it was called and answered. */
  created?: CreateOrderReply;
  /** Why it did not answer; `createOrder` still has to run. */
  notCreated?: string;
};

/** The order in the user service's database. All idempotent. */
export interface OrderRecords {
  /** Keeps and returns an existing record. */
  record(order: PlaceOrderMessage, bodyHash: string): Promise<FirstPlacement>;
  /** Never moves a record backwards. Creates it if it is missing: a compensation may precede its step. */
  progress(progress: OrderProgress): Promise<void>;
}

/** All idempotent: each may run any number of times, and a compensation may precede the step that it undoes. */
export const createOrderActivities = (deps: RequestDeps & { records: OrderRecords }) => ({
  async recordOrder({ order, bodyHash, thenCreate }: OrderToRecord): Promise<RecordOutcome> {
    const startedAt = Date.now();
    const first = await guarded(() => deps.records.record(order, bodyHash));
    if (first.status !== 'PENDING') return { outcome: 'settled', first };
    const recorded = { outcome: 'recorded' as const, first };
    if (!thenCreate || first.bodyHash !== bodyHash) return recorded;
    try {
      const elapsedMs = Date.now() - startedAt;
      const created = await requestReply(deps, queues.placeOrder, order, createOrderReply, elapsedMs);
      return { ...recorded, created };
    } catch (error) {
      if (!(error instanceof Error) || (error instanceof ApplicationFailure && error.nonRetryable)) throw error;
      return { ...recorded, notCreated: error.message };
    }
  },
  recordProgress: (progress: OrderProgress) => guarded(() => deps.records.progress(progress)),
  createOrder: (order: PlaceOrderMessage) => requestReply(deps, queues.placeOrder, order, createOrderReply),
  changeOrder: (change: ChangeOrderMessage) => requestReply(deps, queues.changeOrderStatus, change, changeOrderReply),
});

export type OrderActivities = ReturnType<typeof createOrderActivities>;

/** A step that also updates the customer's record, in the same activity: each activity costs the order a marker and an activation. */
export interface WithProgress {
  progress?: OrderProgress | undefined;
}

/** The step's own outcome does not wait longer for a slow database. */
const timeoutMs = 300;

/** Writes progress, if any. Best effort: never throws, and returns before the timeout. Unless it is `recorded`, `recordProgress` has to run. */
export async function recordProgressInStep(
  records: OrderRecords,
  progress: OrderProgress | undefined,
): Promise<{ recorded?: boolean }> {
  if (!progress) return {};
  try {
    await withTimeout(timeoutMs, records.progress(progress));
    return { recorded: true };
  } catch {
    return { recorded: false }; // the activity `recordProgress` reports what is wrong with the database
  }
}
