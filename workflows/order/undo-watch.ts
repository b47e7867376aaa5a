import { CancellationScope, condition } from '@temporalio/workflow';
import type { OrderRun } from './run';

/**
 * Reports once when a service has kept a compensation from finishing for too long; its retries continue. Has a timer only while a service
 * is called durably. Returns a function to be called when the compensation has finished.
 */
export function watchCompensation(run: OrderRun): () => void {
  let finished = false;
  const failing = (): boolean => !finished && run.servicesCalledDurably().length > 0;
  const forMs = run.policy.undoAttentionMs;

  const watch = async (): Promise<void> => {
    while (!finished) {
      await condition(() => finished || failing());
      if (finished || (await condition(() => !failing(), forMs))) continue;
      run.emit({ type: 'undo-delayed', services: run.servicesCalledDurably(), forMs });
      run.show();
      return;
    }
  };
  void CancellationScope.nonCancellable(watch); // an operator's cancel must not end it
  return () => {
    finished = true;
  };
}
