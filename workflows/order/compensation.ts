import { CancellationScope } from '@temporalio/workflow';
import type { UndoStep } from './events';

/** The compensations of a saga. */
export interface Compensation {
  /**
   * Registers how to undo a step, BEFORE the step runs: a step that times out may still take effect. Replaces the compensation of the
   * same name, so each runs once. Returns a function that removes it, for a step that answers that it did nothing.
   */
  undoWith(step: UndoStep, undo: () => Promise<unknown>): () => void;
  /**
   * Runs all compensations at once, and not cancellably: the participants are independent, and one that stays unavailable must not delay
   * the others. Each activity retries until it succeeds. Resolves with the steps whose compensation failed permanently.
   */
  compensate(): Promise<UndoStep[]>;
}

export function createCompensation(onSettled: (step: UndoStep, failure?: Error) => void): Compensation {
  const undos = new Map<UndoStep, () => Promise<unknown>>();
  return {
    undoWith(step, undo) {
      undos.delete(step); // the last registered is the first undone
      undos.set(step, undo);
      return () => {
        if (undos.get(step) === undo) undos.delete(step);
      };
    },
    async compensate() {
      const failed: UndoStep[] = [];
      const settle = async ([step, undo]: [UndoStep, () => Promise<unknown>]): Promise<void> => {
        try {
          await undo();
          onSettled(step);
        } catch (error) {
          failed.push(step);
          onSettled(step, error instanceof Error ? error : new Error(String(error)));
        }
      };
      const lastFirst = [...undos].reverse();
      undos.clear();
      await CancellationScope.nonCancellable(() => Promise.all(lastFirst.map(settle)));
      return failed;
    },
  };
}
