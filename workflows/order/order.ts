import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { OrderInput, OrderResult } from '../../contracts/workflow';
import { registerHandlers } from './handlers';
import { awaitDecisions } from './decisions';
import { deliver, findAgent, pickUp } from './delivery';
import { end, undoAll } from './end';
import { adopt, place } from './placement';
import { openOrder } from './run';
import { OrderStopped } from './waits';

/**
 * One order from placement to delivery.
 *
 *   step         participant   compensation
 *   record       user          the customer's record becomes CANCELLED
 *   create       restaurant    the restaurant's rows become CANCELLED
 *   decide       restaurant    (the same; each restaurant for its part)
 *   find agent   delivery      the delivery becomes CANCELLED, the agent is free again
 *   pick up      delivery      (the same; a courier may hand the job back, then the search starts again)
 *   deliver      delivery      none: the order is done
 *
 * A refusal, a cancel or an expired limit runs the compensations and ends COMPLETED with outcome CANCELLED. An operator's
 * `temporal workflow cancel` runs them too and ends CANCELED.
 */
export async function orderWorkflow(input: OrderInput): Promise<OrderResult> {
  const run = openOrder(input);
  registerHandlers(run); // before the first wait: updates may have arrived with the start
  try {
    if (input.stage) await adopt(run);
    else {
      const early = await place(run);
      if (early) return await end(run, early);
    }
    let search = await awaitDecisions(run);
    do {
      const settled = await findAgent(run, search);
      if (settled) return await end(run, settled);
      search = {};
    } while ((await pickUp(run)) === 'declined');
    await deliver(run);
    return await end(run, { outcome: 'DELIVERED', reason: null });
  } catch (error) {
    const reason =
      error instanceof OrderStopped
        ? error.message
        : isCancellation(error)
          ? 'cancelled by an operator'
          : `failed: ${String(error)}`;
    const undone = await undoAll(run, reason);
    if (undone === 'delivered') return end(run, { outcome: 'DELIVERED', reason: null });
    const { failed } = undone;
    const result = await end(run, { outcome: 'CANCELLED', reason });
    if (failed.length > 0)
      throw ApplicationFailure.nonRetryable(`could not undo: ${failed.join(', ')}`, 'UndoFailed', result);
    if (error instanceof OrderStopped) return result;
    if (isCancellation(error)) throw error;
    throw ApplicationFailure.nonRetryable(reason, 'OrderFailed', result);
  }
}
