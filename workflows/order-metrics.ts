/** Metrics of orders, reported through sinks: these leave nothing in an order's history. */
import { proxySinks, workflowInfo, type Sinks } from '@temporalio/workflow';
import type { OrderStage } from '../contracts/states';
import type { OrderFacts } from './rules';

export type UndoStep = 'customer record' | 'restaurant order' | 'delivery';

export interface OrderSinks extends Sinks {
  orders: {
    /** @param left The stage before, with the seconds that the order spent in it. Absent at the beginning. */
    entered(stage: OrderStage, left?: { stage: OrderStage; seconds: number }): void;
    /** `failing`: failed permanently. */
    undone(step: string, outcome: 'done' | 'failing'): void;
    undoNeedsAttention(step: string): void;
  };
}

const sinks = proxySinks<OrderSinks>();

/** The sinks, silent during replay. A workflow task that is executed again after a crash counts again. */
export const count: OrderSinks['orders'] = {
  entered: (...args) => unlessReplaying(() => sinks.orders.entered(...args)),
  undone: (...args) => unlessReplaying(() => sinks.orders.undone(...args)),
  undoNeedsAttention: (...args) => unlessReplaying(() => sinks.orders.undoNeedsAttention(...args)),
};

/** The worker does not call sinks during replay either; this saves passing the calls to it. */
function unlessReplaying(call: () => void): void {
  if (!workflowInfo().unsafe.isReplaying) call();
}

/** Counts the stages of one order. An adopted order begins with the first stage that it reports. */
export function createStageCount(first?: OrderStage): (facts: OrderFacts) => void {
  let present: { stage: OrderStage; since: number } | undefined;
  const enter = (stage: OrderStage): void => {
    if (stage === present?.stage) return;
    const now = Date.now();
    count.entered(stage, present && { stage: present.stage, seconds: (now - present.since) / 1_000 });
    present = { stage, since: now };
  };
  if (first) enter(first);
  return (facts) => enter(stageOf(facts));
}

function stageOf({ status, delivery }: OrderFacts): OrderStage {
  if (status === 'CANCELLED' || delivery === 'CANCELLED') return 'CANCELLED';
  if (delivery === null) return status;
  return delivery === 'PENDING' ? 'ASSIGNED' : delivery;
}
