/** What an order asks of its participants. Each is an idempotent activity (`activities/`), and a compensation may precede its step. */
import type { Decision } from '../../contracts/states';
import type { OrderRun } from './run';

/** One restaurant's part of the order. */
export interface Part {
  restaurant_id?: string | null | undefined;
  reason?: string | null | undefined;
}

/** A new status of the restaurant's order, or of one restaurant's part of it. */
export const orderChange = ({ state }: OrderRun, status: Decision, { restaurant_id, reason }: Part = {}) => ({
  order_id: state.order_id,
  user_id: state.user_id,
  placed_at: state.placed_at,
  status,
  reason: (restaurant_id && reason) || state.reason,
  ...(restaurant_id && { restaurant_id }),
});

/** Undoes the restaurant's rows. */
export const cancelOrder = (run: OrderRun) =>
  run.call('changeOrder', orderChange(run, 'CANCELLED'), 'Restaurant order CANCELLED');

/** Undoes the delivery: it becomes CANCELLED and its agent is free. */
export const cancelDelivery = (run: OrderRun) =>
  run.call('changeDelivery', { order_id: run.state.order_id, status: 'CANCELLED' });

/** Updates the customer's record. During compensation it becomes CANCELLED. */
export const recordProgress = (run: OrderRun): Promise<void> => run.call('recordProgress', run.progress());
