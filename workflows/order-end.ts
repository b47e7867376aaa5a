import { allHandlersFinished, CancellationScope, condition, patched, sleep } from '@temporalio/workflow';
import type { OrderResult } from '../contracts/workflow';
import { logEvent } from './log-event';
import type { OrderRun } from './order-run';
import { cancelDelivery, recordProgress } from './order-writes';
import { after } from './rules';
import { reportFailedCompensations, watchCompensation } from './undo-watch';

/**
 * Runs the compensations. The order is CANCELLED from here on, unless the delivery side has recorded it as delivered. Not cancellable.
 * Returns the names of the compensations that failed permanently.
 */
export async function undoAll(run: OrderRun, reason: string): Promise<{ failed: string[] } | 'delivered'> {
  const { record, watchdog } = run;
  watchdog.clear();
  run.stop(reason);
  await commitStop();
  const finished = watchCompensation(run);
  if (run.deliveryUncertain && (await isDelivered(run))) {
    finished();
    record.attention = null;
    record.facts = { ...record.facts, delivery: 'DELIVERED' };
    record.note('delivered anyway', reason);
    run.inBackground(() => recordProgress(run));
    return 'delivered';
  }
  record.reason = reason;
  record.note('cancelling', reason);
  const command = run.inbox.next('stop')?.command.kind ?? 'none'; // an expired limit, an operator's cancel, or a service's answer
  logEvent('info', 'cancelling the order', { event: 'order-undoing', fields: { command } });
  const failed = await run.saga.compensate();
  finished();
  reportFailedCompensations(failed);
  record.facts = after(record.facts, { kind: 'cancel' });
  record.attention = failed.length > 0 ? 'UNDO_FAILING' : null;
  record.note('cancelled');
  return { failed };
}

/**
 * Puts the stop into the history before anything is undone, by a timer that ends the workflow task. A task whose completion does not reach
 * the server is executed again with what has arrived since, say a decision just before the limit expired, and would continue an order
 * that is half undone.
 */
async function commitStop(): Promise<void> {
  if (patched('stop-kept-before-undo')) await CancellationScope.nonCancellable(() => sleep(1));
}

/** Asks by cancelling the delivery: a delivered one refuses. Otherwise the delivery is undone by it. */
async function isDelivered(run: OrderRun): Promise<boolean> {
  // The compensation meets a permanent failure again, and reports it.
  const reply = await CancellationScope.nonCancellable(() => cancelDelivery(run)).catch(() => undefined);
  if (reply?.outcome === 'refused') return reply.status === 'DELIVERED' && patched('delivered-is-not-undone');
  if (reply) run.saga.undoWith('delivery', () => Promise.resolve());
  return false;
}

/** Answers all pending updates, shows the end, lets the handlers finish. */
export async function end(run: OrderRun, result: OrderResult): Promise<OrderResult> {
  const { record, inbox, input } = run;
  const { bodyHash, order } = input;
  run.placement ??= { outcome: 'cancelled', reason: result.reason ?? 'cancelled', bodyHash, placedAt: order.placed_at };
  inbox.settleAll();
  record.show();
  await CancellationScope.nonCancellable(async () => {
    await run.backgroundDone();
    await condition(allHandlersFinished);
  });
  const { outcome } = result;
  logEvent('info', 'order ended', { event: 'order-ended', fields: { outcome } });
  return result;
}
