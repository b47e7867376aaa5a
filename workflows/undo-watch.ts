/** Reports failing compensations: in the search attribute `OrderAttention`, the order worker's log and its metrics. */
import { CancellationScope, condition } from '@temporalio/workflow';
import { defaultOrderPolicy } from '../contracts/workflow';
import type { Service } from './calls';
import { reportsFailuresLate } from './compensation';
import { logEvent } from './log-event';
import { count, type UndoStep } from './order-metrics';
import type { OrderRun } from './order-run';

/**
 * Reports once when a service has been failing for too long; its retries continue. Has a timer only while a service is called durably.
 * Returns a function to be called when the compensation has finished.
 */
export function watchCompensation(run: OrderRun): () => void {
  let finished = false;
  const failing = (): boolean => !finished && run.servicesCalledDurably().length > 0;
  const attentionMs = run.input.policy.undoAttentionMs ?? defaultOrderPolicy.undoAttentionMs;

  const watch = async (): Promise<void> => {
    for (;;) {
      await condition(() => finished || failing());
      if (finished || !reportsFailuresLate()) return;
      const recovered = await condition(() => !failing(), attentionMs);
      if (!recovered) return report(run, attentionMs);
    }
  };
  void CancellationScope.nonCancellable(watch); // an operator's cancel must not end it
  return () => {
    finished = true;
  };
}

function report({ record, servicesCalledDurably }: OrderRun, forMs: number): void {
  const services = servicesCalledDurably();
  record.attention = 'UNDO_FAILING';
  record.note('undo keeps failing', `${services.join(', ')}, for ${forMs / 1_000} s; still retrying`);
  record.show();
  logEvent('warn', 'a compensation keeps failing; still retrying', {
    event: 'undo-failing',
    fields: { services, for_ms: forMs },
  });
  for (const service of services) count.undoNeedsAttention(stepAt[service]);
}

/** The step that is undone at each service. No step of an order is at the broker itself. */
const stepAt: Record<Service, UndoStep | 'broker'> = {
  user: 'customer record',
  restaurant: 'restaurant order',
  delivery: 'delivery',
  broker: 'broker',
};

/** Reports compensations that no retry can mend. The workflow fails with them, and an operator has to act. */
export function reportFailedCompensations(failed: string[]): void {
  for (const undo of failed) {
    logEvent('error', 'a compensation has failed permanently', { event: 'undo-failed', fields: { undo } });
    count.undoNeedsAttention(undo);
  }
}
