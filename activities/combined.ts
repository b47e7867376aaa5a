/**
 * Steps that go together, in one activity: each activity costs an order a marker in its history and an activation. The reply says what the
 * activity did; what it could not do becomes a step of its own (ADR 15). All idempotent.
 */
import { ApplicationFailure } from '@temporalio/common';
import { queues } from '../contracts/names';
import { assignAgentReply, changeDeliveryReply, changeOrderReply, createOrderReply } from '../contracts/messages';
import type {
  AssignAgentReply,
  ChangeDeliveryReply,
  ChangeOrderMessage,
  ChangeOrderReply,
  CreateOrderReply,
} from '../contracts/messages';
import type { OrderProgress } from '../contracts/workflow';
import { recordProgressInStep } from './orders';
import { createOrderActivities, type OrderRecords, type OrderToRecord, type RecordOutcome } from './orders';
import { requestReply, type RequestDeps } from './request';

/** `created`: the restaurant's reply; `notCreated`: why there is none, and `createOrder` has to run. */
export type PlaceOutcome =
  | (Extract<RecordOutcome, { outcome: 'recorded' }> & { created?: CreateOrderReply; notCreated?: string })
  | Extract<RecordOutcome, { outcome: 'settled' }>;

/** A search for an agent within another step. Without `search`, `assignAgent` has to run; `notSearched` says why if it was tried. */
export interface SearchInStep {
  search?: AssignAgentReply;
  notSearched?: string;
  recorded?: boolean;
}

/** The decision's answer does not wait longer for the search. */
const searchTimeoutMs = 300;

export function createCombinedActivities(deps: RequestDeps & { records: OrderRecords }) {
  const single = createOrderActivities(deps);
  return {
    /** Records the order for the customer, then has the restaurant create it. */
    async placeOrder(order: OrderToRecord): Promise<PlaceOutcome> {
      const startedAt = Date.now();
      const recorded = await single.recordOrder(order);
      if (recorded.outcome === 'settled') return recorded;
      const limits = { elapsedMs: Date.now() - startedAt };
      const created = await attempt(() => requestReply(deps, queues.placeOrder, order.order, createOrderReply, limits));
      return 'error' in created ? { ...recorded, notCreated: created.error } : { ...recorded, created: created.reply };
    },

    /** Has the restaurant write the decision that confirms the order, then asks for an agent and updates the customer's record. */
    async confirmOrder({
      change,
      progress,
    }: {
      change: ChangeOrderMessage;
      progress: OrderProgress;
    }): Promise<{ written: ChangeOrderReply } & SearchInStep> {
      const startedAt = Date.now();
      const written = await requestReply(deps, queues.changeOrderStatus, change, changeOrderReply);
      if (written.outcome === 'refused') return { written };
      const recording = recordProgressInStep(deps.records, { ...progress, total: written.total ?? progress.total });
      const { order_id } = change;
      const limits = { elapsedMs: Date.now() - startedAt, timeoutMs: searchTimeoutMs };
      const found = await attempt(() => requestReply(deps, queues.assignAgent, { order_id }, assignAgentReply, limits));
      const search = 'error' in found ? { notSearched: found.error } : { search: found.reply };
      return { written, ...search, ...(await recording) };
    },

    /** Has the delivery side write the delivery, then updates the customer's record. */
    async completeDelivery(progress: OrderProgress): Promise<ChangeDeliveryReply & { recorded?: boolean }> {
      const { order_id } = progress;
      const message = { order_id, status: 'DELIVERED' as const };
      const reply = await requestReply(deps, queues.updateDeliveryStatus, message, changeDeliveryReply);
      return reply.outcome === 'refused'
        ? reply
        : { ...reply, ...(await recordProgressInStep(deps.records, progress)) };
    },
  };
}

/** The second half of a step: a fault that no retry can mend fails the activity, any other is reported to the workflow. */
async function attempt<T>(work: () => Promise<T>): Promise<{ reply: T } | { error: string }> {
  try {
    return { reply: await work() };
  } catch (error) {
    if (!(error instanceof Error) || (error instanceof ApplicationFailure && error.nonRetryable)) throw error;
    return { error: error.message };
  }
}
