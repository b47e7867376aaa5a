import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { OrderInput, OrderResult } from '../contracts/workflow';
import { deliver, findAgent, pickUp } from './order-delivery';
import { end, undoAll } from './order-end';
import { adopt, place } from './order-placement';
import { openOrder, OrderStopped, type OrderRun } from './order-run';
import { changeOrder } from './order-writes';

/**
 * One order from placement to delivery.
 *
 *   step         participant   compensation
 *   record       user          the customer's record becomes CANCELLED
 *   create       restaurant    the restaurant's rows become CANCELLED
 *   decide       restaurant    (the same)
 *   find agent   delivery      the delivery becomes CANCELLED, the agent is free again
 *   pick up      delivery      (the same; a courier may still give up)
 *   deliver      delivery      none: the order is done
 *
 * A refusal, a cancel or a limit that runs out undoes what was done and ends COMPLETED with outcome CANCELLED; an operator's
 * `temporal workflow cancel` undoes the same and ends CANCELED.
 */
export async function orderWorkflow(input: OrderInput): Promise<OrderResult> {
  const run = openOrder(input);
  try {
    if (input.stage === 'confirmed') await adopt(run);
    else {
      const early = await place(run);
      if (early) return await end(run, early);
      await awaitDecision(run);
    }
    const settled = await findAgent(run);
    if (settled) return await end(run, settled);
    await pickUp(run);
    await deliver(run);
    return await end(run, { outcome: 'DELIVERED', reason: null });
  } catch (err) {
    const reason =
      err instanceof OrderStopped
        ? err.message
        : isCancellation(err)
          ? 'cancelled by an operator'
          : `failed: ${String(err)}`;
    const failed = await undoAll(run, reason);
    const result = await end(run, { outcome: 'CANCELLED', reason });
    if (failed.length > 0)
      throw ApplicationFailure.nonRetryable(`could not undo: ${failed.join(', ')}`, 'UndoFailed', result);
    if (err instanceof OrderStopped) return result;
    if (isCancellation(err)) throw err;
    throw ApplicationFailure.nonRetryable(reason, 'OrderFailed', result);
  }
}

/** Waits for the restaurant's word; its answer waits for the decision's own write and no longer. */
async function awaitDecision(run: OrderRun): Promise<void> {
  const { record, watchdog, input } = run;
  watchdog.limit(input.policy.decisionLimitMs, () => run.stop('the restaurant did not decide in time'));
  const confirm = await run.nextStep();
  const written = await run.unlessStopped(() => changeOrder(run, 'CONFIRMED'));
  if (written.outcome === 'refused') throw new OrderStopped(`the restaurant's order is ${written.status ?? 'missing'}`);
  record.facts = { ...record.facts, status: 'CONFIRMED' };
  record.note('confirmed by the restaurant');
  confirm.outcome = { outcome: 'done' };
}
