import { CancellationScope, condition } from '@temporalio/workflow';

/** One time limit at a time, for what the order is waiting for now. */
export interface Watchdog {
  /** Replaces the present limit. The action runs once, when the time has passed. */
  limit(ms: number, action: () => void): void;
  clear(): void;
  /**
   * Runs work that the limit must not cut off: a step that was accepted. The limit is over if the step does what the order waits for; else
   * one that has passed in the meantime acts now. Wrap every wait of the step: its last answer and the timer may arrive in one workflow task.
   */
  holdDuring<T>(work: () => Promise<T>, isOver: (result: T) => boolean): Promise<T>;
}

/**
 * A lazy watchdog: when its timer fires it reads the deadline that holds by then, and sleeps on if that is later. An order that keeps
 * moving costs one timer; a timer for each wait would cost a start and a cancel each, two events and more work.
 */
export function createWatchdog(): Watchdog {
  let present: { deadline: number; action: () => void } | undefined;
  let held = 0;

  const watch = async (): Promise<never> => {
    for (;;) {
      await condition(() => present !== undefined);
      const armedFor = present?.deadline ?? 0;
      const earlier = (): boolean => present !== undefined && present.deadline < armedFor;
      await condition(earlier, Math.max(armedFor - Date.now(), 1));
      if (present && Date.now() >= present.deadline) {
        if (held > 0) {
          await condition(() => held === 0);
          continue;
        }
        const { action } = present;
        present = undefined;
        action();
      }
    }
  };
  void CancellationScope.nonCancellable(watch); // ends with the workflow; an operator's cancel must not end it earlier

  return {
    limit(ms, action) {
      present = { deadline: Date.now() + ms, action };
    },
    clear() {
      present = undefined;
    },
    async holdDuring(work, isOver) {
      held++;
      try {
        const result = await work();
        if (isOver(result)) present = undefined;
        return result;
      } finally {
        held--;
      }
    },
  };
}
