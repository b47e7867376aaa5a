import { ApplicationFailure } from '@temporalio/common';
import { queues } from '../contracts/names';
import { changeOrderReply, createOrderReply } from '../contracts/messages';
import type { ChangeOrderMessage, ChangeOrderReply, CreateOrderReply, PlaceOrderMessage } from '../contracts/messages';
import type { OrderStatus } from '../contracts/states';
import type { FirstPlacement } from '../contracts/workflow';
import { guarded, requestReply, type RequestDeps } from './request';

export interface OrderToRecord {
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

export interface OrderProgress {
  order_id: string;
  user_id: string;
  placed_at: string;
  status: OrderStatus;
  delivered: boolean;
  total: string | null;
  reason: string | null;
}

/** The order in the user service's database. All idempotent. */
export interface OrderRecords {
  record(order: Omit<OrderToRecord, 'thenCreate'>): Promise<RecordOutcome>;
  /** Never moves a record backwards. Creates it if it is missing: a compensation may precede its step. */
  progress(progress: OrderProgress): Promise<void>;
}

/** All idempotent: each may run any number of times, and a compensation may precede the step that it undoes. */
export interface OrderActivities {
  recordOrder(order: OrderToRecord): Promise<RecordOutcome>;
  recordProgress(progress: OrderProgress): Promise<void>;
  createOrder(order: PlaceOrderMessage): Promise<CreateOrderReply>;
  changeOrder(change: ChangeOrderMessage): Promise<ChangeOrderReply>;
}

export const createOrderActivities = (deps: RequestDeps & { records: OrderRecords }): OrderActivities => ({
  async recordOrder({ thenCreate, ...toRecord }) {
    const startedAt = Date.now();
    const recorded = await guarded(() => deps.records.record(toRecord));
    const isOtherOrder = recorded.first && recorded.first.bodyHash !== toRecord.bodyHash;
    if (!thenCreate || recorded.outcome === 'settled' || isOtherOrder) return recorded;
    try {
      const created = await requestReply(
        deps,
        queues.placeOrder,
        toRecord.order,
        createOrderReply,
        Date.now() - startedAt,
      );
      return { ...recorded, created };
    } catch (error) {
      if (!(error instanceof Error) || (error instanceof ApplicationFailure && error.nonRetryable)) throw error;
      return { ...recorded, notCreated: error.message };
    }
  },
  recordProgress: (progress) => guarded(() => deps.records.progress(progress)),
  createOrder: (order) => requestReply(deps, queues.placeOrder, order, createOrderReply),
  changeOrder: (change) => requestReply(deps, queues.changeOrderStatus, change, changeOrderReply),
});
