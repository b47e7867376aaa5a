import { allHandlersFinished, CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { OrderResult } from '../../contracts/workflow';
import type { UndoStep } from './events';
import { cancelDelivery, recordProgress } from './participants';
import type { OrderRun } from './run';
import { watchCompensation } from './undo-watch';

/**
 * Runs the compensations. The order is CANCELLED from here on, unless the delivery side has recorded it as delivered. Not cancellable.
 * Returns the steps whose compensation failed permanently.
 */
export async function undoAll(run: OrderRun, reason: string): Promise<{ failed: UndoStep[] } | 'delivered'> {
  run.watchdog.clear();
  const stop = run.inbox.nextStop()?.command;
  run.emit({ type: 'stopped', reason });
  await commitStop();
  const finished = watchCompensation(run);
  if (run.state.deliveryUncertain && (await isDelivered(run))) {
    finished();
    run.emit({ type: 'delivered-anyway', reason });
    run.inBackground(() => recordProgress(run));
    return 'delivered';
  }
  run.emit({
    type: 'cancelling',
    reason,
    command: stop?.kind ?? 'none',
    ...(stop && { by: stop.by?.role ?? 'operator' }),
  });
  const failed = await run.saga.compensate();
  finished();
  run.emit({ type: 'cancelled', failed });
  return { failed };
}

/**
 * Puts the stop into the history before anything is undone, by a timer that ends the workflow task. A task whose completion does not reach
 * the server is executed again with what has arrived since, say a decision just before the limit expired, and would continue an order
 * that is half undone.
 */
const commitStop = (): Promise<void> => CancellationScope.nonCancellable(() => sleep(1));

/** Asks by cancelling the delivery: a delivered one refuses. Otherwise the delivery is undone by it. */
async function isDelivered(run: OrderRun): Promise<boolean> {
  // The compensation meets a permanent failure again, and reports it.
  const reply = await CancellationScope.nonCancellable(() => cancelDelivery(run)).catch(() => undefined);
  if (reply?.outcome === 'refused') return reply.status === 'DELIVERED';
  if (reply) run.saga.undoWith('delivery', () => Promise.resolve());
  return false;
}

/** Answers all pending updates, shows the end, lets the handlers finish. */
export async function end(run: OrderRun, result: OrderResult): Promise<OrderResult> {
  run.emit({ type: 'ended', ...result });
  run.inbox.settleAll();
  run.show();
  await CancellationScope.nonCancellable(async () => {
    await run.backgroundDone();
    await condition(allHandlersFinished);
  });
  return result;
}
