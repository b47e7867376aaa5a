import { allHandlersFinished, CancellationScope, condition, patched, sleep } from '@temporalio/workflow';
import type { OrderResult } from '../contracts/workflow';
import { logEvent } from './log-event';
import type { OrderRun } from './order-run';
import { cancelDelivery, recordProgress } from './order-writes';
import { after } from './rules';
import { showFailedUndos, watchUndos } from './undo-watch';

/**
 * Runs the compensations; the order is CANCELLED from here on, unless the delivery side has it as delivered. Not interrupted by
 * anything. Returns what could not be undone.
 */
export async function undoAll(run: OrderRun, reason: string): Promise<{ failed: string[] } | 'delivered'> {
  const { record, watchdog } = run;
  watchdog.clear();
  run.stop(reason);
  await keepStop();
  const undone = watchUndos(run);
  if (run.mayBeDelivered && (await isDelivered(run))) {
    undone();
    record.attention = null;
    record.facts = { ...record.facts, delivery: 'DELIVERED' };
    record.note('delivered all the same', reason);
    run.inBackground(() => recordProgress(run));
    return 'delivered';
  }
  record.reason = reason;
  record.note('stopping', reason);
  const command = run.inbox.next('stop')?.command.kind ?? 'none'; // of a limit, an operator, or a service's own word
  logEvent('info', 'an order is being undone', { event: 'order-undoing', fields: { command } });
  const failed = await run.saga.compensate();
  undone();
  showFailedUndos(failed);
  record.facts = after(record.facts, { kind: 'cancel' });
  record.attention = failed.length > 0 ? 'UNDO_FAILING' : null;
  record.note('cancelled');
  return { failed };
}

/**
 * What is undone stays undone, so it has to be certain before that the order stops. A workflow task whose completion does not reach the
 * server is done again with whatever has come meanwhile, a decision in place of a limit that had run out, and would go on with an order that
 * is half undone. A timer ends the task: from here on the stop is in the history.
 */
async function keepStop(): Promise<void> {
  if (patched('stop-kept-before-undo')) await CancellationScope.nonCancellable(() => sleep(1));
}

/** Cancelling is how to ask: what is delivered refuses it. Otherwise the delivery is undone with that. */
async function isDelivered(run: OrderRun): Promise<boolean> {
  // A fault that no repeat can mend is met again, and told, by the undo itself.
  const reply = await CancellationScope.nonCancellable(() => cancelDelivery(run)).catch(() => undefined);
  if (reply?.outcome === 'refused') return reply.status === 'DELIVERED' && patched('delivered-is-not-undone');
  if (reply) run.saga.undoWith('delivery', () => Promise.resolve());
  return false;
}

/** Answers everybody who still waits, shows the end, lets the handlers finish. */
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
  logEvent('info', 'an order has ended', { event: 'order-ended', fields: { outcome } });
  return result;
}
