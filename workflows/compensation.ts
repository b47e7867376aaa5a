import { CancellationScope } from '@temporalio/workflow';

/** The undo side of a saga. */
export interface Compensation {
  /**
   * Registers how to undo a step, BEFORE the step runs: a step that times out may still take effect.
   * A name that is registered already has its undo replaced: it runs once. Returns a function that takes the undo back, for a step
   * that has answered that it did nothing.
   */
  undoWith(name: string, undo: () => Promise<unknown>): () => void;
  /**
   * Runs the undos, last one first, whatever is cancelled meanwhile. Each is repeated by its activity until it succeeds; one that
   * no repeat can mend does not keep the others from running. Resolves with the names of those that failed.
   */
  compensate(): Promise<string[]>;
}

export function createCompensation(onSettled: (name: string, failure?: Error) => void): Compensation {
  let undos: { name: string; undo: () => Promise<unknown> }[] = [];
  return {
    undoWith(name, undo) {
      const entry = { name, undo };
      undos = [...undos.filter((other) => other.name !== name), entry];
      return () => {
        undos = undos.filter((other) => other !== entry);
      };
    },
    async compensate() {
      const failed: string[] = [];
      await CancellationScope.nonCancellable(async () => {
        for (let entry = undos.pop(); entry; entry = undos.pop()) {
          try {
            await entry.undo();
            onSettled(entry.name);
          } catch (err) {
            failed.push(entry.name);
            onSettled(entry.name, err instanceof Error ? err : new Error(String(err)));
          }
        }
      });
      return failed;
    },
  };
}
