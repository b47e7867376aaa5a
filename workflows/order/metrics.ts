/** Metrics of orders, reported through sinks: these leave nothing in an order's history. */
import { proxySinks, workflowInfo, type Sinks } from '@temporalio/workflow';
import type { OrderStage } from '../../contracts/states';
import type { Service } from '../calls';
import type { OrderEvent, UndoStep } from './events';
import { project, stageOf, type Projection } from './projections';
import type { OrderState } from './state';

export interface OrderSinks extends Sinks {
  orders: {
    /** @param left The stage before, with the seconds that the order spent in it. Absent at the beginning. */
    entered(stage: OrderStage, left?: { stage: OrderStage; seconds: number }): void;
    /** `failing`: failed permanently. */
    undone(step: string, outcome: 'done' | 'failing'): void;
    undoNeedsAttention(step: string): void;
  };
}

const { orders } = proxySinks<OrderSinks>();

/**
 * Counts an order's stages and compensations. Silent during replay; a workflow task that is executed again after a crash counts again. An
 * adopted order begins with the first stage that it reports.
 */
export function createOrderMetrics(first: OrderState | undefined) {
  let present: { stage: OrderStage; since: number } | undefined;

  const enter = (stage: OrderStage): void => {
    if (stage === present?.stage) return;
    const now = Date.now();
    const left = present && { stage: present.stage, seconds: (now - present.since) / 1_000 };
    present = { stage, since: now };
    // The worker does not call sinks during replay either; this saves passing the calls to it.
    if (!workflowInfo().unsafe.isReplaying) orders.entered(stage, left);
  };
  if (first) enter(stageOf(first));

  return (event: OrderEvent, before: OrderState, state: OrderState): void => {
    if (state.status !== before.status || state.delivery !== before.delivery) enter(stageOf(state));
    if (!workflowInfo().unsafe.isReplaying) project(undos, event);
  };
}

const undos: Projection<void> = {
  undone: ({ step }) => orders.undone(step, 'done'),
  'undo-failed': ({ step }) => orders.undone(step, 'failing'),
  'undo-delayed': ({ services }) => services.forEach((service) => orders.undoNeedsAttention(stepAt[service])),
  cancelled: ({ failed }) => failed?.forEach((step) => orders.undoNeedsAttention(step)),
};

/** The step that is undone at each service. No step of an order is at the broker itself. */
const stepAt: Record<Service, UndoStep | 'broker'> = {
  user: 'customer record',
  restaurant: 'restaurant order',
  delivery: 'delivery',
  broker: 'broker',
};
