import type { Decision } from '../contracts/states';
import type { OrderRun } from './order-run';

/** Has the restaurant side write its rows' new status: the whole order's, or that of one restaurant's part. */
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

/** Undoes the delivery: it becomes CANCELLED, its agent is free. */
export const cancelDelivery = (run: OrderRun) =>
  run.call('changeDelivery', { order_id: run.input.order.order_id, status: 'CANCELLED' });

/** The customer's record follows the order; while the order is being undone it becomes CANCELLED. */
export const recordProgress = (run: OrderRun): Promise<void> => {
  const { order_id, user_id, placed_at } = run.input.order;
  const { facts, total, reason } = run.record;
  const status = reason === null ? facts.status : 'CANCELLED';
  return run.call('recordProgress', {
    order_id,
    user_id,
    placed_at,
    status,
    delivered: facts.delivery === 'DELIVERED',
    total,
    reason,
  });
};
