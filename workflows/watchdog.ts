import { CancellationScope, condition } from '@temporalio/workflow';

/** One time limit at a time, for whatever the order is waiting for now. */
export interface Watchdog {
  /** Replaces the present limit. The action runs once, when the time has passed. */
  limit(ms: number, action: () => void): void;
  clear(): void;
}

/**
 * A lazy watchdog: when its timer fires it looks at the deadline that holds by then, and sleeps on if that is later. An order that
 * keeps moving costs one timer, where a timer for each wait would cost a start and a cancel each (two events and more work a wait).
 */
export function createWatchdog(): Watchdog {
  let present: { deadline: number; action: () => void } | undefined;

  const watch = async (): Promise<never> => {
    for (;;) {
      await condition(() => present !== undefined);
      const armedFor = present?.deadline ?? 0;
      const earlier = (): boolean => present !== undefined && present.deadline < armedFor;
      await condition(earlier, Math.max(armedFor - Date.now(), 1));
      if (present && Date.now() >= present.deadline) {
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
  };
}
