import { CancellationScope, patched } from '@temporalio/workflow';

/** The undo side of a saga. */
export interface Compensation {
  /**
   * Registers how to undo a step, BEFORE the step runs: a step that times out may still take effect.
   * A name that is registered already has its undo replaced: it runs once. Returns a function that takes the undo back, for a step
   * that has answered that it did nothing.
   */
  undoWith(name: string, undo: () => Promise<unknown>): () => void;
  /**
   * Runs the undos together, whatever is cancelled meanwhile: the participants do not depend on each other, and one that is away for long
   * must not keep the others from their undo. Each is repeated by its activity until it succeeds. Resolves with the names of those that
   * no repeat could mend.
   */
  compensate(): Promise<string[]>;
}

/** Whether an undo is shown when it has failed for a while; orders of version 0.1 have shown one after its first failed attempt. */
export const showsFailingUndos = (): boolean => patched('failing-undos-are-shown-after-a-while');

interface Registered {
  name: string;
  undo: () => Promise<unknown>;
}

export function createCompensation(onSettled: (name: string, failure?: Error) => void): Compensation {
  let undos: Registered[] = [];
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
      const settle = async ({ name, undo }: Registered): Promise<void> => {
        try {
          await undo();
          onSettled(name);
        } catch (err) {
          failed.push(name);
          onSettled(name, err instanceof Error ? err : new Error(String(err)));
        }
      };
      await CancellationScope.nonCancellable(async () => {
        const lastFirst = undos.splice(0).reverse();
        if (patched('undo-together')) await Promise.all(lastFirst.map(settle));
        else for (const entry of lastFirst) await settle(entry); // as orders of version 0.1 have begun it
      });
      return failed;
    },
  };
}
