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
import { logged } from '../contracts/order-log';
import { withOutcome } from './delivery';
import { appendInStep, recordProgressInStep } from './orders';
import { createOrderActivities, type OrderRecords, type OrderToRecord, type RecordOutcome } from './orders';
import { requestReply, timeLeftMs, type RequestDeps } from './request';

/** `created`: the restaurant's reply; `notCreated`: why there is none, and `createOrder` has to run. */
export type PlaceStepReply =
  | (Extract<RecordOutcome, { outcome: 'recorded' }> & { created?: CreateOrderReply; notCreated?: string })
  | Extract<RecordOutcome, { outcome: 'settled' | 'refused' }>;

/** A search for an agent within another step. Without `search`, `assignAgent` has to run; `notSearched` says why if it was tried. */
export interface SearchInStep {
  search?: AssignAgentReply;
  notSearched?: string;
  recorded?: boolean;
}

/** The decision's answer does not wait longer for the search. */
const searchTimeoutMs = 300;
/** With less time left in the attempt the rest of the step is left to the workflow. */
const leastMs = 100;

/** The decision that confirms the order, and the customer's record as it is then. `search` counts the order's searches for an agent. */
interface Confirmation {
  change: ChangeOrderMessage;
  progress: OrderProgress;
  search: number;
}

const priced = (total: string) => logged.priced(new Date().toISOString(), total);

/** A refused part has changed the total, which the workflow does not know yet. */
function atPrice(progress: OrderProgress, total: string | null | undefined): OrderProgress {
  if (!total || total === progress.total) return progress;
  const log = progress.log?.map((entry) =>
    entry.type === 'confirmed' ? { ...entry, data: { ...entry.data, total } } : entry,
  );
  return { ...progress, total, ...(log && { log }) };
}

export function createCombinedActivities(deps: RequestDeps & { records: OrderRecords }) {
  const single = createOrderActivities(deps);
  return {
    /** Records the order for the customer, then has the restaurant create it. */
    async placeOrder(order: OrderToRecord): Promise<PlaceStepReply> {
      const startedAt = Date.now();
      const { log = [] } = order;
      const { order_id: orderId } = order.order;
      const recorded = await single.recordOrder(order);
      if (recorded.outcome !== 'recorded') return recorded;
      try {
        const created = await requestReply(deps, queues.placeOrder, order.order, createOrderReply, { startedAt });
        // Not awaited, since the customer waits for the answer. The workflow's next step tells it again.
        if (created.outcome === 'created') void appendInStep(deps.records, orderId, [...log, ...priced(created.total)]);
        return { ...recorded, created };
      } catch (error) {
        if (!(error instanceof Error) || (error instanceof ApplicationFailure && error.nonRetryable)) throw error;
        return { ...recorded, notCreated: error.message };
      }
    },

    /** Has the restaurant write the decision that confirms the order, then asks for an agent and updates the customer's record. */
    async confirmOrder({
      change,
      progress,
      search,
    }: Confirmation): Promise<{ written: ChangeOrderReply } & SearchInStep> {
      const startedAt = Date.now();
      const written = await requestReply(deps, queues.changeOrderStatus, change, changeOrderReply);
      if (written.outcome === 'refused') return { written };
      const leftMs = timeLeftMs(startedAt);
      if (leftMs < leastMs) return { written };
      const limits = { startedAt, timeoutMs: searchTimeoutMs };
      const message = { order_id: change.order_id };
      const confirmed = atPrice(progress, written.total);
      const searching = requestReply(deps, queues.assignAgent, message, assignAgentReply, limits);
      const found = await searching.then(
        (reply) => ({ search: reply }),
        (error: unknown) => ({ notSearched: error instanceof Error ? error.message : String(error) }),
      );
      const outcome = 'search' in found ? withOutcome(confirmed, found.search, search) : confirmed;
      return { written, ...found, ...(await recordProgressInStep(deps.records, outcome, timeLeftMs(startedAt))) };
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
