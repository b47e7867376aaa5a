import type { Decision } from '../contracts/states';
import type { OrderProgress } from '../contracts/workflow';
import type { OrderRun } from './order-run';

/** Has the restaurant side write the new status of the whole order, or of one restaurant's part. */
export const changeOrder = (
  run: OrderRun,
  status: Decision,
  part: { restaurant_id?: string; reason?: string } = {},
) => {
  const { order_id, user_id, placed_at } = run.input.order;
  return run.call(
    'changeOrder',
    { order_id, user_id, placed_at, status, reason: run.record.reason, ...part },
    part.restaurant_id ? `Part of restaurant ${part.restaurant_id} ${status}` : `Restaurant order ${status}`,
  );
};

/**
 * Undoes the restaurant's rows. The restaurant side may be ahead of this run: a decision and the search for an agent may have been carried
 * out in a workflow task whose completion never reached the server. Their effects exist although this run does not know of them, so
 * the delivery is undone as well.
 */
export const cancelOrder = async (run: OrderRun): Promise<void> => {
  const reply = await changeOrder(run, 'CANCELLED');
  const from = reply.outcome === 'refused' ? undefined : reply.from;
  if (run.record.facts.status === 'PENDING' && from && from !== 'PENDING') await cancelDelivery(run);
};

/** Undoes the delivery: it becomes CANCELLED and its agent is free. */
export const cancelDelivery = (run: OrderRun) =>
  run.call('changeDelivery', { order_id: run.input.order.order_id, status: 'CANCELLED' });

/** Updates the customer's record. During compensation it becomes CANCELLED. */
export const recordProgress = (run: OrderRun): Promise<void> => run.call('recordProgress', progressOf(run));

/** The order's progress, for the customer's record. */
export function progressOf(run: OrderRun): OrderProgress {
  const { order_id, user_id, placed_at } = run.input.order;
  const { facts, total, reason } = run.record;
  const status = reason === null ? facts.status : 'CANCELLED';
  const delivered = facts.delivery === 'DELIVERED';
  return { order_id, user_id, placed_at, status, delivered, total, reason };
}
