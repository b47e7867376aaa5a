import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { OrderInput, OrderResult } from '../contracts/workflow';
import { registerHandlers } from './handlers';
import { awaitDecisions } from './order-decision';
import { deliver, findAgent, pickUp } from './order-delivery';
import { end, undoAll } from './order-end';
import { adopt, place } from './order-placement';
import { openOrder, OrderStopped } from './order-run';

/**
 * One order from placement to delivery.
 *
 *   step         participant   compensation
 *   record       user          the customer's record becomes CANCELLED
 *   create       restaurant    the restaurant's rows become CANCELLED
 *   decide       restaurant    (the same; each restaurant for its part)
 *   find agent   delivery      the delivery becomes CANCELLED, the agent is free again
 *   pick up      delivery      (the same; a courier may hand the job back, then another agent is looked for)
 *   deliver      delivery      none: the order is done
 *
 * A refusal, a cancel or a limit that runs out undoes what was done and ends COMPLETED with outcome CANCELLED; an operator's
 * `temporal workflow cancel` undoes the same and ends CANCELED.
 */
export async function orderWorkflow(input: OrderInput): Promise<OrderResult> {
  const run = openOrder(input);
  registerHandlers(run); // before anything is waited for: updates may have come with the start
  try {
    if (input.stage) await adopt(run);
    else {
      const early = await place(run);
      if (early) return await end(run, early);
      await awaitDecisions(run);
    }
    do {
      const settled = await findAgent(run);
      if (settled) return await end(run, settled);
    } while ((await pickUp(run)) === 'declined');
    await deliver(run);
    return await end(run, { outcome: 'DELIVERED', reason: null });
  } catch (err) {
    const reason =
      err instanceof OrderStopped
        ? err.message
        : isCancellation(err)
          ? 'cancelled by an operator'
          : `failed: ${String(err)}`;
    const undone = await undoAll(run, reason);
    if (undone === 'delivered') return end(run, { outcome: 'DELIVERED', reason: null });
    const { failed } = undone;
    const result = await end(run, { outcome: 'CANCELLED', reason });
    if (failed.length > 0)
      throw ApplicationFailure.nonRetryable(`could not undo: ${failed.join(', ')}`, 'UndoFailed', result);
    if (err instanceof OrderStopped) return result;
    if (isCancellation(err)) throw err;
    throw ApplicationFailure.nonRetryable(reason, 'OrderFailed', result);
  }
}
