import { CancellationScope, patched } from '@temporalio/workflow';

/** The compensations of a saga. */
export interface Compensation {
  /**
   * Registers how to undo a step, BEFORE the step runs: a step that times out may still take effect. Replaces the compensation of the
   * same name, so each runs once. Returns a function that removes it, for a step that answers that it did nothing.
   */
  undoWith(name: string, undo: () => Promise<unknown>): () => void;
  /**
   * Runs all compensations at once, and not cancellably: the participants are independent, and one that stays unavailable must not delay
   * the others. Each activity retries until it succeeds. Resolves with the names of those that failed permanently.
   */
  compensate(): Promise<string[]>;
}

/** Whether a failing compensation is reported only after a while. Orders of version 0.1 report it after its first failed attempt. */
export const reportsFailuresLate = (): boolean => patched('failing-undos-are-shown-after-a-while');

interface Registered {
  name: string;
  undo: () => Promise<unknown>;
}

export function createCompensation(onSettled: (name: string, failure?: Error) => void): Compensation {
  let registered: Registered[] = [];
  return {
    undoWith(name, undo) {
      const entry = { name, undo };
      registered = [...registered.filter((other) => other.name !== name), entry];
      return () => {
        registered = registered.filter((other) => other !== entry);
      };
    },
    async compensate() {
      const failed: string[] = [];
      const settle = async ({ name, undo }: Registered): Promise<void> => {
        try {
          await undo();
          onSettled(name);
        } catch (error) {
          failed.push(name);
          onSettled(name, error instanceof Error ? error : new Error(String(error)));
        }
      };
      await CancellationScope.nonCancellable(async () => {
        const lastFirst = registered.splice(0).reverse();
        if (patched('undo-together')) await Promise.all(lastFirst.map(settle));
        else for (const entry of lastFirst) await settle(entry); // orders of version 0.1
      });
      return failed;
    },
  };
}
