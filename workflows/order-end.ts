import { allHandlersFinished, CancellationScope, condition } from '@temporalio/workflow';
import type { OrderResult } from '../contracts/workflow';
import type { OrderRun } from './order-run';
import { after } from './rules';

/** Runs the compensations; the order is CANCELLED from here on. Not interrupted by anything. Returns what could not be undone. */
export async function undoAll(run: OrderRun, reason: string): Promise<string[]> {
  const { record, watchdog } = run;
  watchdog.clear();
  run.stop(reason);
  record.reason = reason;
  record.note('stopping', reason);
  const failed = await run.saga.compensate();
  record.facts = after(record.facts, { kind: 'cancel' });
  record.attention = failed.length > 0 ? 'UNDO_FAILING' : null;
  record.note('cancelled');
  return failed;
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
  return result;
}
