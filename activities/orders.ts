import { queues } from '../contracts/names';
import { changeOrderReply, createOrderReply } from '../contracts/messages';
import type { ChangeOrderMessage, ChangeOrderReply, CreateOrderReply, PlaceOrderMessage } from '../contracts/messages';
import type { OrderStatus } from '../contracts/states';
import type { FirstPlacement } from '../contracts/workflow';
import { ask, type AskDeps } from './ask';
import { guarded } from './faults';

export interface OrderToRecord {
  order: PlaceOrderMessage;
  bodyHash: string;
}

/** `settled`: an earlier run has carried this order beyond PENDING; nothing was changed. Histories of version 0.1 have no `first`. */
export type RecordOutcome = { outcome: 'recorded' | 'settled'; first?: FirstPlacement };

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
  record(order: OrderToRecord): Promise<RecordOutcome>;
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

export const createOrderActivities = (deps: AskDeps & { records: OrderRecords }): OrderActivities => ({
  recordOrder: (order) => guarded(() => deps.records.record(order)),
  recordProgress: (progress) => guarded(() => deps.records.progress(progress)),
  createOrder: (order) => ask(deps, queues.placeOrder, order, createOrderReply),
  changeOrder: (change) => ask(deps, queues.changeOrderStatus, change, changeOrderReply),
});
