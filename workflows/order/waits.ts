import { CancellationScope, condition } from '@temporalio/workflow';

/** Thrown inside the saga when the order ends early: a refusal, a cancel or an expired limit. Never leaves the workflow. */
export class OrderStopped extends Error {
  override readonly name = 'OrderStopped';
}

/** How the saga waits. Every wait ends when the order is stopped. */
export interface Waits {
  /** Carries out a step. When the order is stopped it is cancelled, and this throws OrderStopped unless the step has already succeeded. */
  unlessStopped<T>(step: () => Promise<T>): Promise<T>;
  /** Waits for a change that makes the condition true, or for the timeout. Throws OrderStopped. */
  until(ready: () => boolean, timeoutMs?: number): Promise<void>;
  /** Ends the waits that a change has made ready. Call it after each change of the order or its commands. */
  changed(): void;
}

/**
 * Waits without the SDK's `condition` where there is no timeout: the worker enters the sandbox once more for each step in a chain of
 * conditions, which costs an order more than the saga itself.
 * @param stopReason Why the order is to end early; null if it is not.
 */
export function createWaits(stopReason: () => string | null): Waits {
  let waiting: { ready: () => boolean; resolve: () => void }[] = [];
  let step: CancellationScope | undefined;
  const throwIfStopped = (): void => {
    const reason = stopReason();
    if (reason !== null) throw new OrderStopped(reason);
  };

  return {
    async unlessStopped(work) {
      throwIfStopped();
      step = new CancellationScope();
      try {
        return await step.run(work);
      } catch (error) {
        throwIfStopped();
        throw error;
      } finally {
        step = undefined;
      }
    },
    async until(ready, timeoutMs) {
      const done = (): boolean => ready() || stopReason() !== null;
      if (timeoutMs !== undefined) await condition(done, timeoutMs);
      else if (!done()) {
        const change = new Promise<void>((resolve) => waiting.push({ ready: done, resolve }));
        await Promise.race([change, CancellationScope.current().cancelRequested]);
      }
      throwIfStopped();
    },
    changed() {
      if (stopReason() !== null) step?.cancel();
      waiting = waiting.filter(({ ready, resolve }) => {
        if (!ready()) return true;
        resolve();
        return false;
      });
    },
  };
}
