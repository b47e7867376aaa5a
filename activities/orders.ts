import { ApplicationFailure } from '@temporalio/common';
import { queues } from '../contracts/names';
import { changeOrderReply, createOrderReply } from '../contracts/messages';
import type { ChangeOrderMessage, ChangeOrderReply, CreateOrderReply, PlaceOrderMessage } from '../contracts/messages';
import type { OrderStatus } from '../contracts/states';
import type { FirstPlacement } from '../contracts/workflow';
import { requestReply, type RequestDeps } from './request';
import { guarded } from './faults';

export interface OrderToRecord {
  order: PlaceOrderMessage;
  bodyHash: string;
  /** An order that is recorded, and not settled, is then created by the restaurant side, in the same activity. */
  thenCreate?: boolean;
}

/** `settled`: an earlier run has carried this order beyond PENDING; nothing was changed. Histories of version 0.1 have no `first`. */
export type RecordOutcome = {
  outcome: 'recorded' | 'settled';
  first?: FirstPlacement;
  /** What the restaurant side has said, where it was to create the order and did answer. */
  created?: CreateOrderReply;
  /** Why it did not; `createOrder` is still to be done. */
  notCreated?: string;
};

export interface OrderProgress {
  order_id: string;
  user_id: string;
  placed_at: string;
  status: OrderStatus;
  delivered: boolean;
  total: string | null;
  reason: string | null;
}

/** The customer's side of an order: the user service's own records. All idempotent. */
export interface OrderRecords {
  record(order: Omit<OrderToRecord, 'thenCreate'>): Promise<RecordOutcome>;
  /** Never moves a record backwards. Writes it if it is missing: an undo may come before its forward step. */
  progress(progress: OrderProgress): Promise<void>;
}

/** All idempotent: each may run any number of times, and an undo may come before the step that it undoes. */
export interface OrderActivities {
  recordOrder(order: OrderToRecord): Promise<RecordOutcome>;
  recordProgress(progress: OrderProgress): Promise<void>;
  createOrder(order: PlaceOrderMessage): Promise<CreateOrderReply>;
  changeOrder(change: ChangeOrderMessage): Promise<ChangeOrderReply>;
}

export const createOrderActivities = (deps: RequestDeps & { records: OrderRecords }): OrderActivities => ({
  async recordOrder({ thenCreate, ...toRecord }) {
    const since = Date.now();
    const recorded = await guarded(() => deps.records.record(toRecord));
    const isAnother = recorded.first && recorded.first.bodyHash !== toRecord.bodyHash;
    if (!thenCreate || recorded.outcome === 'settled' || isAnother) return recorded;
    try {
      const created = await requestReply(deps, queues.placeOrder, toRecord.order, createOrderReply, Date.now() - since);
      return { ...recorded, created };
    } catch (err) {
      if (!(err instanceof Error) || (err instanceof ApplicationFailure && err.nonRetryable)) throw err;
      return { ...recorded, notCreated: err.message };
    }
  },
  recordProgress: (progress) => guarded(() => deps.records.progress(progress)),
  createOrder: (order) => requestReply(deps, queues.placeOrder, order, createOrderReply),
  changeOrder: (change) => requestReply(deps, queues.changeOrderStatus, change, changeOrderReply),
});
