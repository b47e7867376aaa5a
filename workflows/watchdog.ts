import { CancellationScope, condition, patched } from '@temporalio/workflow';

/** One time limit at a time, for whatever the order is waiting for now. */
export interface Watchdog {
  /** Replaces the present limit. The action runs once, when the time has passed. */
  limit(ms: number, action: () => void): void;
  clear(): void;
  /**
   * Runs work that a limit must not cut off, a step that somebody was told is accepted: one that passes meanwhile acts afterwards, unless
   * it is cleared or replaced at once. It has to be around every wait of the step: the step's last answer and the timer may come
   * in one workflow task.
   */
  holdDuring<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * A lazy watchdog: when its timer fires it looks at the deadline that holds by then, and sleeps on if that is later. An order that
 * keeps moving costs one timer, where a timer for each wait would cost a start and a cancel each (two events and more work a wait).
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
        // Orders of version 0.1 whose limit has cut off a step already go on with that.
        if (held > 0 && patched('limits-wait-for-accepted-steps')) {
          await condition(() => held === 0);
          continue;
        }
        const { action } = present;
        present = undefined;
        action();
      }
    }
  };
  // It ends with the workflow; an operator's cancel must not end it before.
  void CancellationScope.nonCancellable(watch);

  return {
    limit(ms, action) {
      present = { deadline: Date.now() + ms, action };
    },
    clear() {
      present = undefined;
    },
    async holdDuring(work) {
      held++;
      try {
        return await work();
      } finally {
        held--;
      }
    },
  };
}
