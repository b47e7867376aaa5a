/** What the order worker counts of orders: sinks, which leave nothing in an order's history, and which a replay does not call. */
import { proxySinks, workflowInfo, type Sinks } from '@temporalio/workflow';
import type { OrderStage } from '../contracts/states';
import type { OrderFacts } from './rules';

export type UndoStep = 'customer record' | 'restaurant order' | 'delivery';

export interface OrderSinks extends Sinks {
  orders: {
    /** @param left The stage before, with the seconds that the order was in it; left out at its beginning. */
    entered(stage: OrderStage, left?: { stage: OrderStage; seconds: number }): void;
    /** `failing`: no repeat could mend it. */
    undone(step: string, outcome: 'done' | 'failing'): void;
    undoNeedsAttention(step: string): void;
  };
}

const sinks = proxySinks<OrderSinks>();

/** As the sinks; what is replayed has been counted. A workflow task that is done again, after a crash, is counted again. */
export const count: OrderSinks['orders'] = {
  entered: (...args) => unlessReplaying(() => sinks.orders.entered(...args)),
  undone: (...args) => unlessReplaying(() => sinks.orders.undone(...args)),
  undoNeedsAttention: (...args) => unlessReplaying(() => sinks.orders.undoNeedsAttention(...args)),
};

/** The worker would not call them then either; so they need not be handed to it. */
function unlessReplaying(call: () => void): void {
  if (!workflowInfo().unsafe.isReplaying) call();
}

/** Follows an order through its stages. An adopted order begins with the first that it is given. */
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
