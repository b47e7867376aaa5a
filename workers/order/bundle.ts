import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Where the build leaves the workflows, in one file beside the compiled code. */
export const workflowBundlePath = path.resolve(__dirname, '../../workflow-bundle.js');

/**
 * The workflows, for a worker. With `stackTraces` each promise of a workflow remembers where it was made, which the query `__stack_trace`
 * (the Web UI's "Call Stack") shows and errors have with them; without, an order costs the worker a quarter less (docs/performance.md).
 * A workflow task that fails is done again, so a worker that is started with them shows where.
 */
export async function loadWorkflows({
  stackTraces,
  codePath = workflowBundlePath,
}: {
  stackTraces: boolean;
  codePath?: string;
}): Promise<{ code: string }> {
  const code = await readFile(codePath, 'utf8');
  // Before the SDK freezes the sandbox's globals, and in the first line, so that the source map stays right.
  return { code: stackTraces ? code : `Error.stackTraceLimit = 0;${code}` };
}
