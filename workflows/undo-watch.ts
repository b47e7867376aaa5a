/** How undos are seen from outside while they fail: the search attribute `OrderAttention`, the order worker's log, and its metrics. */
import { CancellationScope, condition } from '@temporalio/workflow';
import { defaultOrderPolicy } from '../contracts/workflow';
import type { Service } from './calls';
import { showsFailingUndos } from './compensation';
import { logEvent } from './log-event';
import { count, type UndoStep } from './order-metrics';
import type { OrderRun } from './order-run';

/**
 * Shows once that undos do not get through, when a service has been called in vain for that long; it goes on being called. Has a timer
 * only while one is called durably. Returns what is to be called when nothing is left to undo.
 */
export function watchUndos(run: OrderRun): () => void {
  let undone = false;
  const failing = (): boolean => !undone && run.calledDurably().length > 0;
  const attentionMs = run.input.policy.undoAttentionMs ?? defaultOrderPolicy.undoAttentionMs;

  const watch = async (): Promise<void> => {
    for (;;) {
      await condition(() => undone || failing());
      if (undone || !showsFailingUndos()) return;
      const gotThrough = await condition(() => !failing(), attentionMs);
      if (!gotThrough) return show(run, attentionMs);
    }
  };
  void CancellationScope.nonCancellable(watch); // an operator's cancel must not end it
  return () => {
    undone = true;
  };
}

function show({ record, calledDurably }: OrderRun, forMs: number): void {
  const services = calledDurably();
  record.attention = 'UNDO_FAILING';
  record.note('undo does not get through', `${services.join(', ')}, for ${forMs / 1_000} s; called on`);
  record.show();
  logEvent('warn', 'an undo does not get through; it is called on', {
    event: 'undo-failing',
    fields: { services, for_ms: forMs },
  });
  for (const service of services) count.undoNeedsAttention(stepAt[service]);
}

/** What is undone at each service. No step of an order is at the broker itself. */
const stepAt: Record<Service, UndoStep | 'broker'> = {
  user: 'customer record',
  restaurant: 'restaurant order',
  delivery: 'delivery',
  broker: 'broker',
};

/** What no repeat can mend: the workflow fails with it, and a person has to act. */
export function showFailedUndos(failed: string[]): void {
  for (const undo of failed) {
    logEvent('error', 'an undo has failed for good', { event: 'undo-failed', fields: { undo } });
    count.undoNeedsAttention(undo);
  }
}
